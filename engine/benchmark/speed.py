"""What culling costs: CPU per photo beside the cost of the scaled decode alone, measured in one run."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from engine.album.decode import decode
from engine.album.scan import scan
from engine.errors import NothingToDoError, PhotoError
from engine.events import CancelToken, PhotoFailed, PhotoScored
from engine.paths import DataDir
from engine.pipeline import CullJob, cull
from engine.settings import Settings
from engine.types import Photo, Role

SAMPLE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class SpeedFigures:
    """Times in ms of process CPU; memory is the peak of the resident set.

    `cpu_ms_per_photo` is that of a run of the three scorers with all around them, and `ratio` that over the
    decode. `ratio_with_comparator` is of a run of all four roles, and `comparator_cpu_ms_per_photo` what that
    run took more: the difference of two runs. Photos per second are of that run, too.
    """

    photos: int
    cores: int
    cpu_ms_per_photo: float
    decode_cpu_ms_per_photo: float
    ratio: float
    comparator_cpu_ms_per_photo: float
    ratio_with_comparator: float
    second_run_speedup: float
    peak_rss_mb: float
    photos_per_s: float
    first_run_s: float
    second_run_s: float
    warm_up_s: float
    unreadable: dict[str, str]  # reasons by photo; no figure counts these


def measure_speed(job: CullJob, settings: Settings, data_dir: DataDir) -> SpeedFigures:
    """Cull an album with an empty cache, without and with the comparator, and again; decode it once.

    Importing and loading the models happens once per program, not per photo: a run on a single photo does it
    first and its time is reported as `warm_up_s`. Raises NothingToDoError when no photo can be read.
    """
    photos = scan(job.album, job.recursive)
    with TemporaryDirectory(prefix="framepick-benchmark-") as folder:
        scorers = _with_models_of(data_dir, Path(folder) / "scorers")
        fresh = _with_models_of(data_dir, Path(folder) / "all")
        warm_up = _warm_up(job, photos, settings, data_dir, Path(folder))
        with _PeakMemory() as memory:
            scorers_alone = replace(job, without=job.without | {Role.COMPARATOR})
            cpu, _, _ = _timed_run(scorers_alone, settings, scorers)
            cpu_of_all, first, ran = _timed_run(job, settings, fresh)
            _, second, _ = _timed_run(job, settings, fresh)
    scored = len(ran.scored)
    if not scored:
        raise NothingToDoError(f"No photo in {job.album} could be read: there is nothing to measure.")
    decode_cpu = _decode_alone(photos)
    return SpeedFigures(
        photos=scored,
        cores=os.cpu_count() or 1,
        cpu_ms_per_photo=1000 * cpu / scored,
        decode_cpu_ms_per_photo=1000 * decode_cpu / scored,
        ratio=cpu / decode_cpu,
        comparator_cpu_ms_per_photo=1000 * (cpu_of_all - cpu) / scored,
        ratio_with_comparator=cpu_of_all / decode_cpu,
        second_run_speedup=first / second,
        peak_rss_mb=memory.peak / 1e6,
        photos_per_s=scored / first,
        first_run_s=first,
        second_run_s=second,
        warm_up_s=warm_up,
        unreadable={photo.name: ran.failed[photo.id] for photo in photos if photo.id in ran.failed},
    )


def as_rows(figures: SpeedFigures) -> list[tuple[str, str]]:
    """Return names and values for a table."""
    numbers = {name: value for name, value in asdict(figures).items() if name != "unreadable"}
    return [(name, f"{value:,.2f}") for name, value in numbers.items()]


def _with_models_of(data_dir: DataDir, folder: Path) -> DataDir:
    """Return an empty data directory that uses the installed weights and what was converted of them."""
    fresh = DataDir(folder)
    data_dir.converted.mkdir(parents=True, exist_ok=True)
    fresh.converted.parent.mkdir(parents=True)
    fresh.models.symlink_to(data_dir.models, target_is_directory=True)
    fresh.converted.symlink_to(data_dir.converted, target_is_directory=True)
    return fresh


def _warm_up(
    job: CullJob, photos: tuple[Photo, ...], settings: Settings, data_dir: DataDir, folder: Path
) -> float:
    """Cull one photo so that libraries are imported."""
    album = folder / "warm-up"
    album.mkdir()
    if photos:
        album.joinpath(photos[0].path.name).symlink_to(photos[0].path.absolute())
    other = folder / "warm-up-data"
    _, seconds, _ = _timed_run(CullJob(album, device=job.device), settings, _with_models_of(data_dir, other))
    return seconds


@dataclass(frozen=True, slots=True)
class _Ran:
    """The photos of a run by their ids: those with scores, and why the others have none."""

    scored: set[int]
    failed: dict[int, str]


def _timed_run(job: CullJob, settings: Settings, data_dir: DataDir) -> tuple[float, float, _Ran]:
    """Return CPU seconds, wall seconds and what became of the photos."""
    cpu, wall = time.process_time(), time.perf_counter()
    ran = _Ran(set(), {})
    for event in cull(job, settings, data_dir, CancelToken()):
        if isinstance(event, PhotoScored):
            ran.scored.add(event.photo_id)
        elif isinstance(event, PhotoFailed):
            ran.scored.discard(event.photo_id)
            ran.failed[event.photo_id] = event.reason
    return time.process_time() - cpu, time.perf_counter() - wall, ran


def _decode_alone(photos: tuple[Photo, ...]) -> float:
    """Return the CPU seconds of decoding each photo once, scaled, and nothing else."""
    cpu = time.process_time()
    for photo in photos:
        try:
            decode(photo)
        except PhotoError:
            continue  # it is among the unreadable ones
    return time.process_time() - cpu


class _PeakMemory:
    """Samples this process's resident memory from a thread."""

    def __init__(self) -> None:
        self.peak = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, name="framepick-memory")

    def __enter__(self) -> _PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        process = psutil.Process()
        while not self._stop.wait(SAMPLE_SECONDS):
            self.peak = max(self.peak, process.memory_info().rss)
