"""A small BIQ2021 of real photos: crops of the test photos, sharp ones liked and blurred ones not."""

from __future__ import annotations

import csv
from pathlib import Path

from PIL import Image, ImageFilter

SIDE = 256
BLURS = (0.0, 1.0, 2.5, 5.0)  # of the photos of one series
OPINIONS = (0.8, 0.65, 0.45, 0.2)


def write_biq(folder: Path, photos: dict[str, Image.Image], use: str = "train") -> Path:
    """Write one series per photo, alternately in the official train and test list; return the split list.

    Series of even number are "test" series, the others "dev".
    """
    images = folder / "Images"
    images.mkdir(parents=True)
    lists: dict[str, list[tuple[str, float]]] = {"Train": [], "Test": []}
    splits: list[tuple[str, ...]] = []
    for number, (name, photo) in enumerate(sorted(photos.items())):
        small = photo.convert("RGB").resize((SIDE, SIDE))
        for blur, opinion in zip(BLURS, OPINIONS, strict=True):
            file = f"{name} ({blur:g}).jpg"
            small.filter(ImageFilter.GaussianBlur(blur)).save(images / file, quality=95)
            lists["Test" if number % 2 == 0 else "Train"].append((file, opinion))
            part = "test" if number % 2 == 0 else "dev"
            splits.append((file, str(opinion), part, str(number), f"s{number}", part, use))
    for part, rows in lists.items():
        _write(folder / f"{part} (Images and MOS).csv", ("Image Name", "MOS"), rows)
    header = ("image", "mos", "official_split", "cluster", "series", "series_split", "use")
    return _write(folder / "splits.csv", header, splits)


def _write(
    file: Path, header: tuple[str, ...], rows: list[tuple[str, float]] | list[tuple[str, ...]]
) -> Path:
    with file.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        writer.writerows(rows)
    return file
