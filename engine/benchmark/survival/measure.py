"""Kills, damaged files and hostile folders, all in a folder that is gone afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.album.scan import scan
from engine.benchmark.survival.bad_inputs import feed_bad_inputs, feed_damaged_jpegs
from engine.benchmark.survival.figures import Tally
from engine.benchmark.survival.jpeg_kinds import write_jpeg_kinds
from engine.benchmark.survival.kill_command import kill_the_command
from engine.benchmark.survival.kill_deciding import kill_while_deciding
from engine.benchmark.survival.kill_exporting import kill_while_exporting
from engine.benchmark.survival.kill_into_files import kill_while_writing_into_files
from engine.benchmark.survival.kill_scoring import kill_while_scoring
from engine.benchmark.survival.kill_sidecars import kill_while_writing_sidecars
from engine.benchmark.survival.originals import count_changed, state_of
from engine.benchmark.survival.samples import write_formats, write_jpegs
from engine.settings import Settings

# Kills of each kind of work; of those while scoring, kills with networks; kills while writing into files;
# damaged files; damaged JPEGs.
WHOLE = (200, 45, 40, 1000, 2000)
QUICK = (12, 3, 4, 60, 60)
LARGEST_SAMPLE = 4_000_000  # bytes of a photo of the album that is damaged


def measure_reliability(
    settings: Settings, models: Path, *, quick: bool, album: Path | None, say: Callable[[str], None]
) -> Tally:
    """Return the counts. With `album` its photos are damaged too, after copying; it is only read.

    Part of the kills while scoring are of the command itself with every network, if `models` holds them.

    `say` is told what is being done. Raises UsageError when the album cannot be read.
    """
    tally, began = Tally(), time.monotonic()
    kills, networks, inside, inputs, jpegs = QUICK if quick else WHOLE
    before = state_of(album) if album else {}
    with TemporaryDirectory(prefix="framepick-reliability-") as folder:
        work = Path(folder)
        photos = work / "photos"
        write_jpegs(photos, 48)
        small = work / "few photos"
        write_jpegs(small, 36)
        few = work / "fewer photos"
        write_jpegs(few, 16)
        say(f"killing {networks} commands while their networks load, score and judge")
        kill_the_command(small, work / "networks", models, networks, tally)
        say(f"killing {kills - tally.kills_while_scoring} runs while they score")
        kill_while_scoring(photos, work / "scoring", settings, kills, tally)
        say(f"killing {kills} sessions while they decide")
        kill_while_deciding(work / "deciding", kills, tally)
        say(f"killing {kills} exports")
        kill_while_exporting(photos, work / "exporting", kills, tally)
        say(f"killing {kills} writes of sidecars")
        kill_while_writing_sidecars(few, work / "sidecars", kills, tally)
        say(f"killing {inside} runs while they write into photos")
        kill_while_writing_into_files(work / "into files", inside, tally)
        say(f"culling {inputs} damaged files and a hostile folder")
        samples = _mixed(write_formats(work / "formats"), _photos_of(album))
        feed_bad_inputs(samples, work / "bad", settings, inputs, tally)
        say(f"culling {jpegs} damaged JPEGs of every kind")
        feed_damaged_jpegs(write_jpeg_kinds(work / "kinds"), work / "jpegs", settings, jpegs, tally)
    if album:
        tally.originals_changed += count_changed(before, state_of(album))
    tally.seconds = time.monotonic() - began
    return tally


def _mixed(formats: list[Path], photos: list[Path]) -> list[Path]:
    """Return both in turn, so that rare formats get as many damages as all JPEGs together."""
    return [
        each for number, photo in enumerate(photos) for each in (formats[number % len(formats)], photo)
    ] or formats


def _photos_of(album: Path | None) -> list[Path]:
    if album is None:
        return []
    files = [file for photo in scan(album, recursive=True) for file in photo.files if file.is_file()]
    return [file for file in files if 0 < file.stat().st_size <= LARGEST_SAMPLE]
