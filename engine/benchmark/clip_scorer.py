"""A CLIP model of open_clip as a judge: how much more a photo is like "Good photo." than like "Bad photo.".

That is CLIP-IQA (Wang et al. 2023). Needs the optional extra: pip install -e ".[clip]".
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from engine.album.decode import Decoded
from engine.errors import ModelError
from engine.models.checkpoint import Checkpoint, checkpoint_hash, load_checkpoint
from engine.models.offline import keep_offline
from engine.models.state_fit import fill
from engine.scoring.base import ModelInfo, ScoreResult
from engine.types import Role, Score

if TYPE_CHECKING:
    from torch import Tensor

VERSION = "clip-iqa-1"
PROMPTS = ("Good photo.", "Bad photo.")
LOADERS_PREFIX = "module."  # before names in files of distributed training


class OpenClipScorer:
    """Scores photos 0..1 by a CLIP checkpoint of the architecture that open_clip calls `architecture`."""

    def __init__(self, architecture: str, checkpoint: Path) -> None:
        """Raises WeightsMissingError or WeightsCorruptError."""
        self._architecture = architecture
        self._path = checkpoint.expanduser()
        self._sha256 = checkpoint_hash(self._path)
        self._model: Any = None
        self._prepare: Any = None
        self._prompts: Tensor | None = None

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(
            role=Role.AESTHETIC,
            name=f"CLIP {self._architecture} ({self._path.name})",
            version=VERSION,
            checkpoint=str(self._path),
            sha256=self._sha256,
            device="cpu",
        )

    def load(self) -> None:
        """Raises ModelError: no open_clip, no such architecture, or a file that does not fit it."""
        if self._model is not None:
            return
        open_clip = _imported()
        _refuse_what_would_download(open_clip, self._architecture)
        model = open_clip.create_model(self._architecture, pretrained=None)
        checkpoint = load_checkpoint(self._path, self._sha256)
        state = {name.removeprefix(LOADERS_PREFIX): tensor for name, tensor in checkpoint.state.items()}
        fill(model, Checkpoint(self._path, state), f"the CLIP architecture {self._architecture}")
        model.eval()
        self._prepare = open_clip.transform.image_transform_v2(
            open_clip.transform.PreprocessCfg(**model.visual.preprocess_cfg), is_train=False
        )
        self._prompts = _of_text(model, open_clip.get_tokenizer(self._architecture))
        self._model = model

    def score(self, images: Sequence[Decoded]) -> list[ScoreResult]:
        """Return one result per photo: the probability of the first prompt, as CLIP's own scale gives it."""
        self.load()
        return [self._score(image) for image in images]

    def close(self) -> None:
        self._model = self._prepare = self._prompts = None

    def _score(self, image: Decoded) -> ScoreResult:
        import torch

        assert self._prompts is not None
        with torch.inference_mode():
            pixels = self._prepare(Image.fromarray(image.image))[None]
            seen = self._model.encode_image(pixels, normalize=True)
            likeness = self._model.logit_scale.exp() * seen @ self._prompts.T
            value = float(likeness.softmax(dim=1)[0, 0])
        if not np.isfinite(value):
            return ScoreResult(None, error="CLIP gave no finite number for this photo")
        return ScoreResult(Score(Role.AESTHETIC, value, raw=value, sha256=self._sha256))


def _imported() -> Any:
    keep_offline()
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        return importlib.import_module("open_clip")
    except ImportError as error:
        raise ModelError('open_clip is not installed. Run: pip install -e ".[clip]"') from error


def _refuse_what_would_download(open_clip: Any, architecture: str) -> None:
    """Text models and vocabularies of others' hubs are fetched by open_clip, so they cannot be used."""
    config = open_clip.get_model_config(architecture)
    if config is None:
        raise ModelError(f"open_clip knows no architecture {architecture!r}.")
    names = {**config.get("text_cfg", {}), **config.get("vision_cfg", {})}
    if any(key.startswith("hf_") for key in names):
        raise ModelError(
            f"The CLIP architecture {architecture} needs files that would have to be downloaded."
        )


def _of_text(model: Any, tokenizer: Any) -> Tensor:
    import torch

    with torch.inference_mode():
        return model.encode_text(tokenizer(list(PROMPTS)), normalize=True)
