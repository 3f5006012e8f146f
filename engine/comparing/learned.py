"""The embedded default comparator: which of two photos people would think better, and how surely."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.album.decode import Decoded
from engine.comparing.base import Opinion, Prepared
from engine.comparing.framing import framing_of
from engine.comparing.pair_head import PairHead, pair_head
from engine.comparing.traits import view_traits
from engine.errors import ModelError
from engine.models.device import Device, choose_device
from engine.models.opinion import Look, OpinionModel
from engine.models.own_weights import OWN_MODELS_DIR, find_own_weights, read_tensors
from engine.models.runtime import Runtime
from engine.models.views import Views, views_of
from engine.scoring.base import ModelInfo
from engine.types import Role

WEIGHTS = "comparator"
NAME = "Learned comparator, embedded default"
HEAD_RUNTIME = "NumPy, on what learned quality saw"
VERSION = "pair-5"  # change it whenever the same pair would get another answer


class LearnedComparator:
    """Sees each photo whole and its most detailed part; no order can matter, by construction."""

    def __init__(
        self,
        models_dir: Path,
        device: Device | str,
        batch_size: int,
        runtime: Runtime = Runtime(),  # noqa: B008 -- frozen
        folder: Path = OWN_MODELS_DIR,
    ) -> None:
        """Check that both weights files are there, right, and of one another.

        Raises WeightsMissingError, WeightsCorruptError, ModelError, and UsageError for a device not there.
        """
        self._device = choose_device(device) if isinstance(device, str) else device
        self._weights = find_own_weights(WEIGHTS, folder)
        self._model = OpinionModel(models_dir, self._device, batch_size, runtime, folder)
        if self._weights.facts.get("network_sha256") != self._model.weights.sha256:
            raise ModelError(f"{self._weights.path} was trained for another {self._model.weights.path.name}.")
        self._head: PairHead | None = None

    @property
    def info(self) -> ModelInfo:
        alone = None if self._head is None else HEAD_RUNTIME  # of what was kept, without the network
        info = ModelInfo(
            role=Role.COMPARATOR,
            name=NAME,
            version=VERSION,
            embedded_default=True,
            checkpoint=str(self._weights.path),
            sha256=self._weights.sha256,
            device=self._device.name if alone is None else "cpu",
            runtime=alone,
            note=self._device.note,
        )
        return self._model.network.placed(info)

    @property
    def opinion_version(self) -> str:
        """What opinions are cached under, beside the hash."""
        return VERSION

    def load(self) -> None:
        """Read the weights and put the network on the device. Raises ModelError."""
        self._opened()
        self._model.load()

    def prepare(self, images: Sequence[Decoded]) -> list[Prepared]:
        """Look at each photo once. Raises ModelError."""
        self.load()
        views = [views_of(each.image) for each in images]
        looks = self._model.look(views)
        return [self.kept_of(*each) for each in zip(images, views, looks, strict=True)]

    def kept_of(self, image: Decoded, views: Views, look: Look) -> Prepared:
        """Return what is kept of a photo that learned quality has looked at. Raises ModelError."""
        head = self._opened()
        parts = [head.view(look.whole.opinion, look.whole.features, view_traits(views.whole))]
        if views.detail is None:
            parts.append(parts[0])
        else:
            traits = view_traits(views.detail)
            parts.append(head.view(look.detail.opinion, look.detail.features, traits))
        framing = framing_of(views.whole, image.full_width, image.full_height)
        return np.concatenate([*parts, framing]).astype(np.float32)

    def compare(self, first: Prepared, second: Prepared) -> Opinion:
        """Return p(first is better). Both orders are the same answer, so it is never flipped.

        Of what was kept of photos before, it needs no network.
        """
        head = self._opened()
        return Opinion(head.probability(first.astype(np.float64), second.astype(np.float64)), flipped=False)

    def class_one(self, first: Prepared, second: Prepared) -> float:
        """Return the probability that the first photo is better: what class 1 means here."""
        return self.compare(first, second).first_over_second

    def close(self) -> None:
        """Free the network. A later call loads it again."""
        self._model.close()

    def _opened(self) -> PairHead:
        if self._head is None:
            try:
                self._head = pair_head(read_tensors(self._weights))
            except (KeyError, TypeError, ValueError) as error:
                raise ModelError(f"{self._weights.path} does not fit: {error}") from error
        return self._head
