"""The learned opinion of photos: shown the whole photo and its most detailed part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.models.device import Device
from engine.models.hashing import checked_hash
from engine.models.manifest import find_weights
from engine.models.network import Built, NetworkSource, Outputs, Runner
from engine.models.opinion_head import OpinionHead, opinion_head, tuned_tails
from engine.models.opinion_network import build_network
from engine.models.own_weights import OWN_MODELS_DIR, OwnWeights, find_own_weights, read_tensors
from engine.models.runtime import Runtime
from engine.models.torch_runner import release_memory
from engine.models.views import VIEW_SIDE, Views
from engine.scoring.base import ModelInfo

WEIGHTS = "quality"
MOBILENET, NIMA = "mobilenet-v2", "nima-mobilenet"  # in the weights manifest
VERSION = "opinion-4"  # of the views and of how the network is built from its files

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class View:
    """What is made of one view: `opinion` about 0..1, `features` projected, (P,)."""

    opinion: float
    features: Vector


@dataclass(frozen=True, slots=True)
class Look:
    """Both views of a photo; of a small photo they are one and the same."""

    whole: View
    detail: View


@dataclass(frozen=True, slots=True)
class Tuned:
    """Tails tuned on opinions, by the hash of their file. `read` raises ModelError."""

    sha256: str
    read: Callable[[], list[dict[str, NDArray[np.floating]]]]


class FeatureModel:
    """The two networks that others trained, on their device. Constructing is cheap.

    The constructor raises WeightsMissingError or WeightsCorruptError.
    """

    def __init__(
        self,
        models_dir: Path,
        device: Device,
        batch_size: int,
        runtime: Runtime,
        outcome: Callable[[Outputs], Outputs] = tuple,
        tuned: Tuned | None = None,
    ) -> None:
        """`outcome` is what becomes of the features: runtimes are checked by it.

        Without `tuned`, the networks are as they came.
        """
        self._weights = [find_weights(name) for name in (MOBILENET, NIMA)]
        self._paths = [models_dir / weights.file for weights in self._weights]
        self._device, self._batch_size, self._runtime = device, batch_size, runtime
        self._outcome, self._tuned = outcome, tuned
        self._runner: Runner | None = None
        self._ran: dict[str, Any] = {}
        self.sha256s = self._checked()

    def placed(self, info: ModelInfo) -> ModelInfo:
        """Return `info` with where the networks run, or ran; as it is before `load`."""
        if self._runner is not None:
            self._ran = _place_of(self._runner)
        return replace(info, **self._ran)

    def load(self) -> None:
        """Put the networks on the device. Raises ModelError."""
        if self._runner is None:
            mobilenet, *others = self._checked()  # the files may have been replaced since
            version = "-".join([VERSION, *(sha256[:16] for sha256 in others)])
            source = NetworkSource(mobilenet, version, self._build, self._outcome)
            self._runner = self._runtime.open(source, self._device, self._batch_size).runner

    def features(self, views: Sequence[NDArray[np.uint8]]) -> Vector:
        """Return (n, F) of square views, in the order of opinion_head.py. Raises ModelError."""
        self.load()
        assert self._runner is not None
        return self._runner.run(views)[0]

    def close(self) -> None:
        """Free the networks. A later call loads them again."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            self._ran = _place_of(runner)
            release_memory()

    def _checked(self) -> tuple[str, ...]:
        pairs = zip(self._paths, self._weights, strict=True)
        found = tuple(checked_hash(path, weights) for path, weights in pairs)
        return found if self._tuned is None else (*found, self._tuned.sha256)

    def _build(self) -> Built:
        tails = () if self._tuned is None else self._tuned.read()
        mobilenet, nima = self._paths
        return Built(build_network(mobilenet, nima, tails), (VIEW_SIDE, VIEW_SIDE, 3))


def _place_of(runner: Runner) -> dict[str, Any]:
    return {"device": runner.device, "runtime": runner.runtime, "note": runner.note}


class OpinionModel:
    """Features and our own head. The constructor raises what FeatureModel and `find_own_weights` raise."""

    def __init__(
        self,
        models_dir: Path,
        device: Device,
        batch_size: int,
        runtime: Runtime,
        folder: Path = OWN_MODELS_DIR,
        name: str = WEIGHTS,
    ) -> None:
        self.weights: OwnWeights = find_own_weights(name, folder)
        tuned = Tuned(self.weights.sha256, self._tails)
        self.network = FeatureModel(models_dir, device, batch_size, runtime, self._outcome, tuned)
        self._head: OpinionHead | None = None

    def load(self) -> None:
        """Read the weights and put the networks on the device. Raises ModelError."""
        self._opened()
        self.network.load()

    def look(self, photos: Sequence[Views]) -> list[Look]:
        """Look at photos by their views. Raises ModelError."""
        pixels = [view for each in photos for view in (each.whole, each.detail) if view is not None]
        if not pixels:
            return []
        opinions, projected = self.think(pixels)
        seen = iter([View(float(o), f) for o, f in zip(opinions, projected, strict=True)])
        return [_look(next(seen), next(seen) if each.detail is not None else None) for each in photos]

    def think(self, views: Sequence[NDArray[np.uint8]]) -> tuple[NDArray[np.float64], Vector]:
        """Return opinions (n,) and projected features (n, P) of square views. Raises ModelError."""
        head = self._opened()
        features = self.network.features(views)
        projected = head.projected(features)
        return head.opinions(features, projected), projected

    def close(self) -> None:
        """Free the networks. A later `look` loads them again."""
        self.network.close()

    def _opened(self) -> OpinionHead:
        if self._head is None:
            self._head = head_of(self.weights)
        return self._head

    def _tails(self) -> list[dict[str, NDArray[np.floating]]]:
        try:
            return tuned_tails(read_tensors(self.weights))
        except KeyError as error:
            raise ModelError(f"{self.weights.path} holds no tuned blocks.") from error

    def _outcome(self, outputs: Outputs) -> Outputs:
        """Return the opinions (n, 1) before the features."""
        (features,) = outputs
        head = self._opened()
        opinions = head.opinions(features, head.projected(features)).astype(np.float32)
        return opinions[:, None], features


def head_of(weights: OwnWeights) -> OpinionHead:
    """Return the opinion head of a weights file. Raises ModelError."""
    try:
        return opinion_head(read_tensors(weights))
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{weights.path} does not fit: {error}") from error


def _look(whole: View, detail: View | None) -> Look:
    return Look(whole, detail or whole)
