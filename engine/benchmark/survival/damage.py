"""A seeded fuzzer: the same seed makes the same damaged files."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from engine.album.formats import RAW_SUFFIXES

Damage = Callable[[bytearray, random.Random], bytearray]
_HEADER = 4096  # bytes in which the lengths and offsets of a file mostly are


def _cut(data: bytearray, dice: random.Random) -> bytearray:
    return data[: dice.randrange(len(data))]


def _flip(data: bytearray, dice: random.Random) -> bytearray:
    for _ in range(dice.choice((1, 5, 50, 500))):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return data


def _flip_header(data: bytearray, dice: random.Random) -> bytearray:
    for _ in range(dice.choice((1, 3, 10, 40))):
        data[dice.randrange(min(len(data), _HEADER))] = dice.randrange(256)
    return data


def _extreme_number(data: bytearray, dice: random.Random) -> bytearray:
    """Put a very large, very small or negative number where a length or an offset may be."""
    for _ in range(dice.choice((1, 2, 6))):
        width = dice.choice((2, 4, 8))
        number = dice.choice((0, 1, (1 << 8 * width) - 1, 1 << 8 * width - 1, len(data), 65_535))
        at = dice.randrange(max(1, min(len(data), _HEADER) - width))
        order = dice.choice(("big", "little"))
        data[at : at + width] = (number % (1 << 8 * width)).to_bytes(width, order)
    return data


def _blank(data: bytearray, dice: random.Random) -> bytearray:
    at, length = dice.randrange(len(data)), dice.randrange(1, len(data) // 2)
    data[at : at + length] = bytes([dice.choice((0, 255))]) * min(length, len(data) - at)
    return data


def _repeat(data: bytearray, dice: random.Random) -> bytearray:
    at, length = dice.randrange(len(data)), dice.randrange(1, 4096)
    return data[:at] + data[at : at + length] * dice.randrange(2, 20) + data[at:]


def _drop(data: bytearray, dice: random.Random) -> bytearray:
    at, length = dice.randrange(len(data)), dice.randrange(1, 4096)
    return data[:at] + data[at + length :]


def _noise(data: bytearray, dice: random.Random) -> bytearray:
    keep = dice.randrange(4, min(len(data), 512))
    return data[:keep] + bytearray(dice.randbytes(dice.randrange(10, 100_000)))


DAMAGES: Sequence[Damage] = (
    _cut,
    _flip,
    _flip_header,
    _flip_header,
    _extreme_number,
    _extreme_number,
    _blank,
    _repeat,
    _drop,
    _noise,
)


def write_damaged(samples: Sequence[Path], folder: Path, count: int, seed: int) -> list[Path]:
    """Write `count` damaged files, taking the samples in turn; RAWs get the names of all RAW formats.

    Returns them in order. The samples are not changed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    contents = {path: path.read_bytes() for path in samples}
    raw_names = sorted(RAW_SUFFIXES)
    files: list[Path] = []
    for number in range(count):
        dice = random.Random(f"{seed} {number}")
        sample = samples[number % len(samples)]
        suffix = sample.suffix
        if suffix == ".dng":
            suffix = dice.choice(raw_names)
        data = bytearray(contents[sample])
        for _ in range(dice.choice((1, 1, 2, 3))):
            data = dice.choice(DAMAGES)(data, dice) if len(data) > 1024 else data
        files.append(folder / f"{number:04d}_{sample.stem}{suffix}")
        files[-1].write_bytes(data)
    return files
