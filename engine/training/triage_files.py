"""Reads preferences between photos of a series: PhotoTriage's (Chang et al. 2016) own file, CSV and JSONL."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.errors import TrainingError
from engine.training.ava_file import text_lines
from engine.training.photo_files import PhotoFiles
from engine.training.samples import PairSample
from engine.training.settings import PairData
from engine.training.skipped import MALFORMED, MISSING, Skipped

# Line number; series, names of the two photos, share 0..1 who prefer the first, or what is wrong.
Row = tuple[int, tuple[str, str, str, float] | str]
CSV_COLUMNS = ("series_id", "compareFile1", "compareFile2", "LEFT", "RIGHT")
PAIRLIST_COLUMNS = 6
_SHORT_NAME = re.compile(r"(\d+)-(\d+)")  # "1-1" for the file 000001-01


def read_pairs(data: PairData, skipped: Skipped) -> list[PairSample]:
    """Return the pairs of a .csv, .jsonl or pairlist (.txt) file; unusable ones go to `skipped`.

    Raises TrainingError when the file or folder cannot be read, or too much of it is unusable.
    """
    readers = {".csv": _csv_rows, ".jsonl": _json_rows, ".txt": _pairlist_rows}
    reader = readers.get(data.pairs.suffix.lower())
    if reader is None:
        raise TrainingError(f"data.pairs: {data.pairs} is none of {', '.join(readers)}.")
    rows = list(reader(data.pairs, text_lines(data.pairs)))
    files = PhotoFiles(data.images)
    samples: dict[str, PairSample] = {}
    for number, row in rows:
        where = f"{data.pairs.name}, line {number}"
        if isinstance(row, str):
            skipped.add(MALFORMED, where, row)
            continue
        sample = _sample(row, files, where, skipped)
        if sample is not None and sample.name in samples:
            skipped.add(MALFORMED, where, f"the pair {sample.name} stands there twice")
        elif sample is not None:
            samples[sample.name] = sample
    skipped.check(len(rows), data.pairs)
    return list(samples.values())


def _sample(
    row: tuple[str, str, str, float], files: PhotoFiles, where: str, skipped: Skipped
) -> PairSample | None:
    series, *names, preference = row
    paths = [_found(files, str(name)) for name in names]
    absent = [str(name) for name, path in zip(names, paths, strict=True) if path is None]
    if absent:
        skipped.add(MISSING, where, f"{', '.join(absent)} not in the folder of photos")
        return None
    return PairSample(series, tuple(path for path in paths if path is not None), preference)


def _found(files: PhotoFiles, name: str) -> Path | None:
    """Return the file of a name; "1-1.JPG" is 000001-01.JPG where there is no such file."""
    found = files.find(name)
    short = _SHORT_NAME.fullmatch(Path(name).stem)
    if found is None and short is not None:
        return files.find(_official_name(int(short[1]), int(short[2])))
    return found


def _official_name(series: int, photo: int) -> str:
    return f"{series:06d}-{photo:02d}"


def _csv_rows(path: Path, lines: list[tuple[int, str]]) -> Iterator[Row]:
    """LEFT and RIGHT count the people who prefer the first and the second photo."""
    reader = csv.DictReader(line for _, line in lines)
    absent = [column for column in CSV_COLUMNS if column not in (reader.fieldnames or [])]
    if absent:
        raise TrainingError(f"{path} has no column {', '.join(absent)}; needed are {', '.join(CSV_COLUMNS)}.")
    for entry in reader:
        number = lines[min(reader.line_num, len(lines)) - 1][0]
        yield _guarded(number, lambda entry=entry: _of_votes(entry))


def _json_rows(path: Path, lines: list[tuple[int, str]]) -> Iterator[Row]:
    """Objects with the CSV's keys, or with image_a_path, image_b_path and chosen_image ("A" or "B")."""
    for number, line in lines:
        yield _guarded(number, lambda line=line: _of_json(line))


def _pairlist_rows(path: Path, lines: list[tuple[int, str]]) -> Iterator[Row]:
    """Series, photo 1, photo 2, share who prefer photo 1, rank 1, rank 2 (1 is the best of the series)."""
    for number, line in lines:
        if not line.startswith("#"):
            yield _guarded(number, lambda line=line: _of_pairlist(line))


def _guarded(number: int, parse: Any) -> Row:
    try:
        return number, _checked(parse())
    except (ValueError, TypeError, KeyError) as error:
        what = f"no {error.args[0]}" if isinstance(error, KeyError) else str(error)
        return number, what


def _checked(row: tuple[str, str, str, float]) -> tuple[str, str, str, float]:
    series, first, second, preference = row
    if not series or not first or not second:
        raise ValueError("series or a photo is not named")
    if first == second:
        raise ValueError(f"{first} is compared with itself")
    if not 0.0 <= preference <= 1.0:
        raise ValueError(f"the preference {preference:g} is not between 0 and 1")
    return row


def _of_votes(entry: dict[str, Any]) -> tuple[str, str, str, float]:
    left, right = float(entry["LEFT"]), float(entry["RIGHT"])
    if not (math.isfinite(left) and math.isfinite(right)) or min(left, right) < 0 or left + right == 0:
        raise ValueError(f"LEFT {left:g} and RIGHT {right:g} are no votes")
    first, second = str(entry["compareFile1"]), str(entry["compareFile2"])
    return str(entry["series_id"]), first, second, left / (left + right)


def _of_json(line: str) -> tuple[str, str, str, float]:
    entry = json.loads(line)
    if not isinstance(entry, dict):
        raise ValueError("no JSON object")
    if "compareFile1" in entry:
        return _of_votes(entry)
    chosen = entry["chosen_image"]
    if chosen not in ("A", "B"):
        raise ValueError(f"chosen_image {chosen!r} is neither A nor B")
    strength = float(entry.get("preference_strength", 1.0))
    preference = strength if chosen == "A" else 1.0 - strength
    return str(entry["series_id"]), str(entry["image_a_path"]), str(entry["image_b_path"]), preference


def _of_pairlist(line: str) -> tuple[str, str, str, float]:
    fields = line.split()
    if len(fields) != PAIRLIST_COLUMNS:
        raise ValueError(f"{len(fields)} columns instead of {PAIRLIST_COLUMNS}")
    series, first, second = (int(field) for field in fields[:3])
    preference = float(fields[3])
    first_rank, second_rank = (int(field) for field in fields[4:])
    # Labels that were exchanged on the way have trained models that know nothing: the ranks tell.
    if (preference - 0.5) * (second_rank - first_rank) < 0:
        raise ValueError(
            f"the preference {preference:g} contradicts the ranks {first_rank} and {second_rank}"
        )
    return str(series), _official_name(series, first), _official_name(series, second), preference
