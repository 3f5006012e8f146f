"""Small training sets made of real photographs: blurred copies that people would like less."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from PIL import ImageFilter

from tests.photos import NAMES, open_photo, wide, write_jpeg
from tests.unit.ava_files import random_backbone

BLURS = (0.0, 1.5, 4.0)  # pixels of a photo 120 pixels wide
SMALL = {"resize_size": 72, "crop_size": 64}


def write_photos(folder: Path, names: tuple[str, ...] = NAMES) -> dict[str, float]:
    """Write 000001-01.JPG and so on, a series per photograph; return how good each one is, 0..1."""
    folder.mkdir(parents=True, exist_ok=True)
    worth: dict[str, float] = {}
    for series, name in enumerate(names, start=1):
        for number, blur in enumerate(BLURS, start=1):
            image = wide(open_photo(name), 120)
            stem = f"{series:06d}-{number:02d}"
            write_jpeg(
                folder / f"{stem}.JPG", image.filter(ImageFilter.GaussianBlur(blur)) if blur else image
            )
            worth[stem] = 1.0 - blur / 6.0
    return worth


def ava_lines(worth: dict[str, float]) -> list[str]:
    """Return the rows of an AVA.txt in which 100 people agree roughly on each photo."""
    lines = []
    for index, (stem, value) in enumerate(worth.items(), start=1):
        shares = np.exp(-0.5 * ((np.arange(1, 11) - (2 + 6 * value)) / 1.2) ** 2)
        votes = np.rint(100 * shares / shares.sum()).astype(int)
        lines.append(" ".join(map(str, [index, stem, *votes, 1, 2, 99])))
    return lines


def pair_lines(worth: dict[str, float]) -> list[str]:
    """Return the rows of a pairlist: every pair of a series, in both places the better one."""
    lines = []
    for series in sorted({int(stem.split("-")[0]) for stem in worth}):
        for first, second in ((1, 2), (3, 1), (2, 3)):
            preference = 0.9 if first < second else 0.1
            lines.append(f"{series} {first} {second} {preference} {first} {second}")
    return lines


def write_run(folder: Path, name: str = "run.yaml", **changes: Any) -> Path:
    """Write the YAML of a run that trains in seconds on what lies in `folder`."""
    training = {"epochs": 2, "batch_size": 4, "optimizer": "sgd", "patience": 0}
    run: dict[str, Any] = {
        "device": "cpu",
        "seed": 7,
        "output_dir": str(folder / "out"),
        "data": {"images": str(folder / "photos")},
        "split": {"val_fraction": 0.3},
        "training": {**training, **changes.pop("training", {})},
    }
    run["data"] |= changes.pop("data", {})
    file = folder / name
    file.write_text(yaml.safe_dump(run | changes), encoding="utf-8")
    return file


def write_backbone(path: Path) -> Path:
    """Write torchvision's own file of a ResNet50 whose normalisation has seen real photos."""
    torch.save(random_backbone().state_dict(), path)
    return path
