"""The comparator for a photographer's own Siamese checkpoint."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.album.decode import Decoded
from engine.comparing.base import Opinion, Prepared
from engine.errors import ModelError
from engine.models.checkpoint import checkpoint_hash
from engine.models.device import Device, choose_device
from engine.models.network import NetworkSource, Runner
from engine.models.owner_siamese import SiameseUse, build_siamese
from engine.models.runtime import Runtime
from engine.models.torch_runner import physical_cores, release_memory
from engine.scoring.base import ModelInfo
from engine.types import Role

log = logging.getLogger(__name__)

VERSION = "siamese-1"  # change it whenever the same pair would get another answer
FIRST, SECOND = "first", "second"


class SiameseComparator:
    """Compares photos by an owner's Siamese network.

    The network says "class 1" of an ordered pair; `polarity` says which photo that calls better: "first" or
    "second". The file does not tell, so None has it measured once the network is loaded.
    """

    def __init__(
        self,
        checkpoint: Path,
        device: Device | str,
        batch_size: int,
        polarity: str | None,
        measure: Callable[[SiameseComparator], str] | None = None,
        runtime: Runtime = Runtime(),  # noqa: B008 -- frozen
    ) -> None:
        """Check that the file is there and hash it. `measure` returns "first" or "second", or raises
        ModelError.

        Raises WeightsMissingError, WeightsCorruptError, and UsageError for a device that is not there.
        """
        self._path = checkpoint.expanduser()
        self._device = choose_device(device) if isinstance(device, str) else device
        self._batch_size = batch_size
        self._polarity, self._measure = polarity, measure
        self._runtime = runtime
        self._notes: list[str] = []
        self._sha256 = checkpoint_hash(self._path)
        self._use: SiameseUse | None = None
        self._runner: Runner | None = None
        self._info = ModelInfo(
            role=Role.COMPARATOR,
            name=f"Siamese comparator ({self._path.name})",
            version=VERSION,
            checkpoint=str(self._path),
            sha256=self._sha256,
            device=self._device.name,
            note=self._device.note,
        )

    @property
    def info(self) -> ModelInfo:
        """What runs where, as of now: device and note change when the runner falls back."""
        if self._runner is None or self._use is None:
            return replace(self._info, note=self._note(self._info.note))
        runner = self._runner
        note = self._note(self._use.note, runner.note)
        return replace(self._info, device=runner.device, runtime=runner.runtime, note=note)

    def _note(self, *more: str | None) -> str | None:
        return "; ".join(part for part in (*self._notes, *more) if part) or None

    @property
    def opinion_version(self) -> str:
        return f"{VERSION}-{self._polarity or 'auto'}"

    def take_polarity(self, polarity: str) -> None:
        """Use a polarity ("first" or "second") that was measured before."""
        self._polarity = polarity

    def add_note(self, note: str) -> None:
        """Have something said of this model wherever it is named."""
        self._notes.append(note)

    def load(self) -> None:
        """Read the checkpoint, put the network on the device, and learn which class is which.

        Raises ModelError, also when the polarity cannot be told: nothing is guessed. Measuring it may raise
        JobCancelled.
        """
        if self._runner is None:
            source = NetworkSource(self._sha256, VERSION, lambda: build_siamese(self._path, self._sha256))
            opened = self._runtime.open(source, self._device, self._batch_size, physical_cores())
            self._runner, self._use = opened.runner, SiameseUse.of(opened.facts, opened.arrays)
        if self._polarity is None:
            self._polarity = self._measured()

    def prepare(self, images: Sequence[Decoded]) -> list[Prepared]:
        """Return the features of each photo: (2048,) for a ResNet50, (4096,) for a VGG16."""
        use, runner = self._loaded()
        if not images:
            return []
        (features,) = runner.run([use.transform.cropped(each.image) for each in images])
        return list(features)

    def class_one(self, first: Prepared, second: Prepared) -> float:
        """Return the network's own answer for this order: the probability 0..1 of class 1."""
        use, _ = self._loaded()
        return use.head.class_one(first - second)

    def compare(self, first: Prepared, second: Prepared) -> Opinion:
        if self._polarity is None:
            raise ModelError(f"What class 1 of {self._path} means is not known yet.")
        forward, backward = self.class_one(first, second), self.class_one(second, first)
        if not np.isfinite(forward + backward):
            raise ModelError("the comparator gave no finite number for this pair")
        one_means_first = (forward + 1.0 - backward) / 2.0
        preferred = one_means_first if self._polarity == FIRST else 1.0 - one_means_first
        flipped = (forward - 0.5) * (backward - 0.5) > 0
        return Opinion(preferred, flipped)

    def close(self) -> None:
        """Free the network and its memory on the device. A later `load` reads it again."""
        if self._runner is not None:
            self._info = self.info  # still says where it ran
            self._notes = []  # they are in it
            self._runner = self._use = None
            release_memory()

    def _loaded(self) -> tuple[SiameseUse, Runner]:
        if self._use is None or self._runner is None:
            raise ModelError(f"{self._path} was not loaded.")
        return self._use, self._runner

    def _measured(self) -> str:
        if self._measure is None:
            raise ModelError(f"What class 1 of {self._path} means is not known.")
        found = self._measure(self)
        log.info("%s: class 1 means that the %s photo is better, as measured", self._path, found)
        return found
