"""Reads AVA.txt (Murray et al. 2012): index, id, ten vote counts, two tags, challenge."""

from __future__ import annotations

from pathlib import Path

from engine.errors import TrainingError
from engine.training.photo_files import PhotoFiles
from engine.training.samples import OpinionSample
from engine.training.settings import OpinionData
from engine.training.skipped import MALFORMED, MISSING, Skipped

COLUMNS = 15
VOTES = slice(2, 12)


def read_opinions(data: OpinionData, skipped: Skipped) -> list[OpinionSample]:
    """Return the photos with their votes; rows and photos that cannot be used go to `skipped`.

    Raises TrainingError when the file or folder cannot be read, or too much of it is unusable.
    """
    lines = text_lines(data.labels)
    files = PhotoFiles(data.images)
    samples: dict[str, OpinionSample] = {}
    for number, line in lines:
        where = f"{data.labels.name}, line {number}"
        try:
            photo, votes = _row(line)
            if photo in samples:
                raise ValueError(f"photo {photo} stands there twice")
        except ValueError as error:
            skipped.add(MALFORMED, where, str(error))
            continue
        path = files.find(photo)
        if path is None:
            skipped.add(MISSING, photo, f"not in {data.images}")
        else:
            samples[photo] = OpinionSample(photo, (path,), votes)
    skipped.check(len(lines), data.labels)
    return list(samples.values())


def text_lines(path: Path) -> list[tuple[int, str]]:
    """Return number and text of the lines that are not empty.

    Raises TrainingError when the file cannot be read as text.
    """
    try:
        lines = path.expanduser().read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise TrainingError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise TrainingError(f"{path} is no text in UTF-8: {error.reason}.") from error
    found = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not found:
        raise TrainingError(f"{path} is empty.")
    return found


def _row(line: str) -> tuple[str, tuple[int, ...]]:
    """Return id and votes. Raises ValueError saying what is wrong."""
    fields = line.split()
    if len(fields) != COLUMNS:
        raise ValueError(f"{len(fields)} columns instead of {COLUMNS}")
    if not all(field.isdecimal() for field in fields[VOTES]):
        raise ValueError("a vote count is no whole number")
    votes = tuple(map(int, fields[VOTES]))
    if not any(votes):
        raise ValueError("nobody voted")
    return fields[1], votes
