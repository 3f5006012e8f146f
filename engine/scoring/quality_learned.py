"""Technical quality as people see it: a network trained on opinions, with the rules as its explanation."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.album.analysed import Analysed, analysed
from engine.album.decode import Decoded
from engine.errors import ModelError
from engine.models.device import Device, choose_device
from engine.models.opinion import Look, OpinionModel
from engine.models.own_weights import OWN_MODELS_DIR
from engine.models.runtime import Runtime
from engine.models.views import Views, views_of
from engine.scoring.base import ModelInfo, ScoreResult
from engine.scoring.quality_metrics import measure
from engine.types import Role, Score

log = logging.getLogger(__name__)

NAME = "Learned quality, embedded default"
VERSION = "learned-3"  # change it whenever the same photo would get another number
Witness = Callable[[Decoded, Views, Look], NDArray[np.float32]]  # what a comparator keeps of a look
WHOLE_SHARE = 0.6  # of the score; the rest is the most detailed part's


class LearnedQualityScorer:
    """Scores photos 0..1 by the opinion that 30 people would have of them (BIQ2021's scale).

    `details` holds the rule-based metrics, which explain the score but do not enter it.
    """

    def __init__(
        self,
        models_dir: Path,
        device: Device | str,
        batch_size: int,
        runtime: Runtime = Runtime(),  # noqa: B008 -- frozen
        folder: Path = OWN_MODELS_DIR,
        witness: Witness | None = None,
    ) -> None:
        """Check that the weights are there and right. `witness` takes what it keeps of every look; its
        ModelErrors cost no score.

        Raises WeightsMissingError, WeightsCorruptError, and UsageError for a device that is not there.
        """
        self._device = choose_device(device) if isinstance(device, str) else device
        self._model = OpinionModel(models_dir, self._device, batch_size, runtime, folder)
        self._witness = witness

    @property
    def info(self) -> ModelInfo:
        weights = self._model.weights
        info = ModelInfo(
            role=Role.QUALITY,
            name=NAME,
            version=VERSION,
            embedded_default=True,
            checkpoint=str(weights.path),
            sha256=weights.sha256,
            device=self._device.name,
            note=self._device.note,
        )
        return self._model.network.placed(info)

    def load(self) -> None:
        """Read the weights and put the network on the device. Raises ModelError."""
        import cv2

        cv2.setNumThreads(1)  # photos are the unit of parallel work; spinning helpers only cost CPU
        self._model.load()

    def score(self, images: Sequence[Decoded]) -> list[ScoreResult]:
        """Return one result per photo, in order. Raises ModelError only when loading fails."""
        self.load()
        at_size = [analysed(each.image) for each in images]
        views = [views_of(each.image, at) for each, at in zip(images, at_size, strict=True)]
        try:
            looks = self._model.look(views)
        except ModelError as error:
            return [ScoreResult(None, error=str(error))] * len(images)
        return [self._result(*each) for each in zip(images, at_size, views, looks, strict=True)]

    def _result(self, image: Decoded, at: Analysed, views: Views, look: Look) -> ScoreResult:
        metrics = measure(image.image, at)
        details = {name: round(value, 4) for name, value in asdict(metrics).items()}
        details |= {"rules_overall": round(metrics.overall, 4)}
        details |= {"whole": round(look.whole.opinion, 4), "detail": round(look.detail.opinion, 4)}
        value, sha256 = opinion_of(look), self._model.weights.sha256
        score = Score(Role.QUALITY, value, raw=value, details={**details, "method": VERSION}, sha256=sha256)
        return ScoreResult(score, prepared=self._witnessed(image, views, look))

    def _witnessed(self, image: Decoded, views: Views, look: Look) -> NDArray[np.float32] | None:
        if self._witness is None:
            return None
        try:
            return self._witness(image, views, look)
        except ModelError as error:  # the comparator will say so itself, once it is asked
            log.debug("The comparator keeps nothing: %s", error)
            return None

    def close(self) -> None:
        """Free the network and its memory on the device. A later `score` loads it again."""
        self._model.close()


def opinion_of(look: Look) -> float:
    """Return the score 0..1 of a photo."""
    value = WHOLE_SHARE * look.whole.opinion + (1.0 - WHOLE_SHARE) * look.detail.opinion
    return min(1.0, max(0.0, value))
