"""What MobileNetV2's blocks before the tuned ones make of photos: measured once, kept beside the weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.models.device import Device
from engine.models.hashing import checked_hash
from engine.models.manifest import find_weights
from engine.models.network import Built, NetworkSource, Outputs
from engine.models.opinion import MOBILENET, VERSION
from engine.models.opinion_network import MAP_SHAPE, build_trunk
from engine.models.runtime import Runtime
from engine.models.views import VIEW_SIDE
from engine.training.biq.kept import key_of
from engine.training.biq.samples import BATCH, VIEWS, Samples, both_views, read_pixels

Maps = NDArray[np.float16]  # (n, VIEWS, *MAP_SHAPE)


def kept_maps(file: Path, samples: Samples, trunk: TrunkModel, on_photo: Callable[[int, int], None]) -> Maps:
    """Return the maps of photos, from `file` if they were measured before. Raises ModelError, OSError.

    They are mapped from the file, 221 kB a photo.
    """
    stated = file.with_suffix(".key")
    key = key_of(VERSION, trunk.sha256, VIEW_SIDE, [photo.name for photo in samples.photos])
    if not file.is_file() or not stated.is_file() or stated.read_text() != key:
        file.parent.mkdir(parents=True, exist_ok=True)
        stated.unlink(missing_ok=True)
        _measure(file, samples, trunk, on_photo)
        stated.write_text(key)
    return np.load(file, mmap_mode="r", allow_pickle=False)


class TrunkModel:
    """Those blocks on their device. The constructor raises WeightsMissingError or WeightsCorruptError."""

    def __init__(self, models_dir: Path, device: Device, runtime: Runtime) -> None:
        weights = find_weights(MOBILENET)
        self.path = models_dir / weights.file
        self.sha256 = checked_hash(self.path, weights)
        self._device, self._runtime = device, runtime

    def maps(self) -> Callable[[list[NDArray[np.uint8]]], NDArray[np.float32]]:
        """Return what makes maps (n, *MAP_SHAPE) of square views. Raises ModelError."""

        def build() -> Built:
            return Built(build_trunk(self.path), (VIEW_SIDE, VIEW_SIDE, 3))

        source = NetworkSource(self.sha256, f"{VERSION}-trunk", build, _means)
        runner = self._runtime.open(source, self._device, VIEWS * BATCH).runner
        return lambda views: runner.run(views)[0]


def _measure(file: Path, samples: Samples, trunk: TrunkModel, on_photo: Callable[[int, int], None]) -> None:
    maps_of, count = trunk.maps(), len(samples.photos)
    found = np.lib.format.open_memmap(file, "w+", np.float16, (count, VIEWS, *MAP_SHAPE))
    for start in range(0, count, BATCH):
        some = samples.photos[start : start + BATCH]
        views = [view for photo in some for view in both_views(read_pixels(photo.path))]
        found[start : start + len(some)] = maps_of(views).reshape(len(some), VIEWS, *MAP_SHAPE)
        on_photo(start + len(some), count)
    found.flush()


def _means(outputs: Outputs) -> Outputs:
    """Return each channel's mean: single places need not be exact to a hundredth."""
    (maps,) = outputs
    return (maps.mean(axis=(2, 3)),)
