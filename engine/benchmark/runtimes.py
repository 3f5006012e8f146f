"""What each model costs on each runtime, beside torch in the same run, and how far its answers move."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import cast

import psutil

from engine.album.decode import Decoded, decode
from engine.comparing.base import Comparator
from engine.errors import ModelError, PhotoError
from engine.models.probe import probe_pixels
from engine.models.registry import Lineup, build_lineup
from engine.paths import DataDir
from engine.scoring.base import ModelInfo, Scorer, ScoreResult
from engine.settings import Settings
from engine.types import Photo, Role

RUNTIMES = ("torch", "openvino")  # the first is what the others are compared with
REPEATS = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """One model on one runtime, in a process of its own. `answers` are all its numbers, photo by photo."""

    role: Role
    runtime: str
    model: str
    sha256: str | None
    load_s: float  # from a fresh process to ready, imports included
    ms_per_photo: float  # CPU of this process
    rss_mb: float  # without the photos
    answers: tuple[float, ...]
    error: str | None = None


@dataclass(frozen=True, slots=True)
class RuntimeFigures:
    """A row of the table. `speedup` over torch, `max_deviation` of any answer (0..1) from torch's."""

    role: str
    runtime: str
    model: str
    sha256: str | None
    load_s: float
    ms_per_photo: float
    speedup: float | None
    max_deviation: float | None
    rss_mb: float
    error: str | None


@dataclass(frozen=True, slots=True)
class _Task:
    settings: Settings
    data_dir: DataDir
    role: Role
    runtime: str
    photos: tuple[Photo, ...]


def measure_runtimes(photos: Sequence[Photo], settings: Settings, data_dir: DataDir) -> list[RuntimeFigures]:
    """Measure every role that has a model here on every runtime, each in a fresh process.

    All `photos` must be readable.
    A first, uncounted round converts networks, so that `load_s` is that of every later start.
    """
    rows: list[RuntimeFigures] = []
    for role in Role:
        tasks = [_Task(settings, data_dir, role, runtime, tuple(photos)) for runtime in RUNTIMES]
        _in_fresh_process(tasks[-1])
        found = [_in_fresh_process(task) for task in tasks]
        rows += [_figures(each, found[0]) for each in found if each is not None and found[0] is not None]
    return rows


def _figures(measured: Measured, torch: Measured) -> RuntimeFigures:
    same = measured.answers and len(measured.answers) == len(torch.answers)
    apart = [abs(a - b) for a, b in zip(measured.answers, torch.answers, strict=False)]
    values = {name: value for name, value in asdict(measured).items() if name != "answers"}
    return RuntimeFigures(
        **{**values, "role": measured.role.value},
        speedup=torch.ms_per_photo / measured.ms_per_photo if same and measured.ms_per_photo else None,
        max_deviation=max(apart) if same else None,
    )


def _in_fresh_process(task: _Task) -> Measured | None:
    """Return what was measured; None when no model serves the role."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measure, task).result()


def _measure(task: _Task) -> Measured | None:
    process = psutil.Process()
    before = process.create_time()
    performance = task.settings.performance.model_copy(update={"runtime": task.runtime})
    settings = task.settings.model_copy(update={"performance": performance})
    model = _model_of(build_lineup(settings, task.data_dir), task.role)
    if model is None:
        return None
    try:
        model.load()
    except ModelError as error:
        return _failed(task, model.info, str(error))
    load_s = time.time() - before
    images = [decode(photo) for photo in task.photos]
    answers = _answers(model, images)
    started = time.process_time()
    for _ in range(REPEATS):
        _answers(model, images)
    cpu = time.process_time() - started
    info = model.info
    rss = (process.memory_info().rss - sum(each.image.nbytes for each in images)) / 1e6
    model.close()
    ms = 1000 * cpu / REPEATS / max(1, len(images))
    runtime = info.runtime or "-"
    return Measured(task.role, runtime, info.name, info.sha256, load_s, ms, rss, tuple(answers))


def _failed(task: _Task, info: ModelInfo, error: str) -> Measured:
    return Measured(task.role, task.runtime, info.name, info.sha256, 0.0, 0.0, 0.0, (), error)


def _model_of(lineup: Lineup, role: Role) -> Scorer | Comparator | None:
    return lineup.comparator if role is Role.COMPARATOR else lineup.scorers.get(role)


def readable(photos: Sequence[Photo]) -> tuple[tuple[Photo, ...], dict[str, str]]:
    """Return the photos that can be decoded, and the reasons of the others by name."""
    unreadable: dict[str, str] = {}
    for photo in photos:
        try:
            decode(photo)
        except PhotoError as error:
            unreadable[photo.name] = error.what
    return tuple(photo for photo in photos if photo.name not in unreadable), unreadable


def _answers(model: Scorer | Comparator, images: Sequence[Decoded]) -> list[float]:
    if model.info.role is Role.COMPARATOR:
        return _opinions(cast("Comparator", model), images)
    return [number for result in cast("Scorer", model).score(images) for number in _numbers(result)]


def _opinions(comparator: Comparator, images: Sequence[Decoded]) -> list[float]:
    """Return how much each photo is preferred to the next one, 0..1."""
    prepared = [each for image in images for each in comparator.prepare([image])]
    return [comparator.compare(a, b).first_over_second for a, b in pairwise(prepared)]


def _numbers(result: ScoreResult) -> list[float]:
    """Return what the networks that change runtime say of a photo, 0..1 each: its value, its faces.

    Eyes and smiles are MediaPipe's on every runtime.
    """
    if result.score is None:
        return []
    faces = sorted((*face.box, face.confidence) for face in result.score.faces)
    return [result.score.value, *(number for face in faces for number in face)]


def probe_photos(folder: Path) -> tuple[Photo, ...]:
    """Write probe pictures as JPEGs, for a machine without photos at hand. They hold no face."""
    from PIL import Image

    photos: list[Photo] = []
    for number, pixels in enumerate(probe_pixels((1280, 1920, 3))):
        path = folder / f"probe_{number}.jpg"
        Image.fromarray(pixels).save(path, quality=92)
        photos.append(Photo(number, path.name, (path,)))
    return tuple(photos)
