"""BIQ2021: photos with the mean opinion of 30 people, as its repository lays them out."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from engine.errors import UsageError

LISTS = {"train": "Train (Images and MOS).csv", "test": "Test (Images and MOS).csv"}


@dataclass(frozen=True, slots=True)
class Rated:
    """A photo and what people thought of it: `opinion` 0..1, higher is better."""

    name: str
    path: Path
    opinion: float


@dataclass(frozen=True, slots=True)
class Split:
    """One line of the split list. `cluster` is shared by near-duplicates and photos of one scene.

    `use` is train, test, twin or never; `series_split` is dev, test or empty.
    """

    cluster: str
    series: str
    series_split: str
    use: str


def read_ratings(folder: Path, part: str) -> list[Rated]:
    """Return the photos of the official "train" or "test" list. Raises UsageError naming what is missing."""
    file = folder / LISTS[part]
    images = folder / "Images" if (folder / "Images").is_dir() else folder
    rows = [row for row in _rows(file, ("Image Name", "MOS")) if row["Image Name"]]
    # One of 12,000 names is in the list with another case of ".jpg" than in the folder.
    there = {path.name.lower(): path for path in images.iterdir()} if rows else {}
    gone = next((row["Image Name"] for row in rows if row["Image Name"].lower() not in there), None)
    if gone is not None:
        raise UsageError(f"{file.name} names {gone}, which is not in {images}.")
    paths = [there[row["Image Name"].lower()] for row in rows]
    return [Rated(path.name, path, _opinion(row["MOS"], file)) for path, row in zip(paths, rows, strict=True)]


def read_all_ratings(folder: Path) -> dict[str, Rated]:
    """Return the photos of both lists by name. Raises UsageError."""
    return {rated.name: rated for part in LISTS for rated in read_ratings(folder, part)}


def read_splits(file: Path) -> dict[str, Split]:
    """Return the split list by photo name. Raises UsageError."""
    columns = ("image", "cluster", "series", "series_split", "use")
    return {
        row["image"]: Split(row["cluster"], row["series"], row["series_split"], row["use"])
        for row in _rows(file, columns)
    }


def _rows(file: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            if missing:
                raise UsageError(f"{file} has no column {missing[0]!r}.")
            return list(reader)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}. Check the path.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{file} is no list that can be read: {error}.") from error


def _opinion(text: str, file: Path) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise UsageError(f"{file}: {text!r} is no opinion between 0 and 1.")
    return value
