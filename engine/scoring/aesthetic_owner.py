"""The aesthetic scorer for a photographer's own AVA checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.album.decode import Decoded
from engine.errors import ModelError
from engine.models.checkpoint import checkpoint_hash
from engine.models.device import Device, choose_device
from engine.models.network import NetworkSource, Runner
from engine.models.owner_ava import AvaUse, build_ava
from engine.models.runtime import Runtime
from engine.models.torch_runner import physical_cores, release_memory
from engine.scoring.ava_scale import result_of_distribution, result_of_mean
from engine.scoring.base import ModelInfo, ScoreResult
from engine.types import Role

VERSION = "ava-1"  # change it whenever the same photo would get another number


class AvaCheckpointScorer:
    """Scores photos by an AVA ResNet50: value (raw - 1) / 9, raw the mean opinion 1..10.

    Features are the 2048 pooled activations, L2-normalised.
    """

    def __init__(
        self,
        checkpoint: Path,
        device: Device | str,
        batch_size: int,
        runtime: Runtime = Runtime(),  # noqa: B008 -- frozen
    ) -> None:
        """Check that the file is there and hash it.

        Raises WeightsMissingError, WeightsCorruptError, and UsageError for a device that is not there.
        """
        self._path = checkpoint.expanduser()
        self._device = choose_device(device) if isinstance(device, str) else device
        self._batch_size = batch_size
        self._runtime = runtime
        self._sha256 = checkpoint_hash(self._path)
        self._use: AvaUse | None = None
        self._runner: Runner | None = None
        self._info = ModelInfo(
            role=Role.AESTHETIC,
            name=f"AVA ResNet50 ({self._path.name})",
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
            return self._info
        runner = self._runner
        note = "; ".join(part for part in (self._use.note, runner.note) if part)
        return replace(self._info, device=runner.device, runtime=runner.runtime, note=note or None)

    def load(self) -> None:
        """Read the checkpoint and put the network on the device. Raises ModelError."""
        if self._runner is None:
            source = NetworkSource(self._sha256, VERSION, lambda: build_ava(self._path, self._sha256))
            opened = self._runtime.open(source, self._device, self._batch_size, physical_cores())
            self._runner, self._use = opened.runner, AvaUse.of(opened.facts)

    def score(self, images: Sequence[Decoded]) -> list[ScoreResult]:
        """Return one result per photo, in order. Raises ModelError only when loading fails."""
        self.load()
        use, runner = self._use, self._runner
        assert use is not None and runner is not None
        if not images:
            return []
        try:
            outputs, features = runner.run([use.transform.cropped(each.image) for each in images])
        except ModelError as error:
            return [ScoreResult(None, error=str(error))] * len(images)
        pairs = zip(outputs, features, strict=True)
        return [self._result(use.output_mode, output, feature) for output, feature in pairs]

    def close(self) -> None:
        """Free the network and its memory on the device. A later `score` loads it again."""
        if self._runner is not None:
            self._info = self.info  # still says where it ran
            self._runner = self._use = None
            release_memory()

    def _result(self, mode: str, output: NDArray[np.float32], features: NDArray[np.float32]) -> ScoreResult:
        if mode == "distribution":
            return result_of_distribution(output, features, self._sha256)
        return result_of_mean(float(output[0]), {"output_mode": mode}, features, self._sha256)
