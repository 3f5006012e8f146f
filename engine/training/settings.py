"""What a training run is told by its YAML file; keys and defaults are documented in configs/training."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from engine.models.imagenet import MEAN
from engine.models.siamese_config import SiameseTransform
from engine.paths import CONFIGS_DIR
from engine.settings import DEVICE_PATTERN, Fraction
from engine.settings_files import Section, load_validated

DEFAULTS = CONFIGS_DIR / "training"
SMALLEST_INPUT = 64  # pixels: below it ResNet50's last layer is one pixel, which cannot be normalised
Colour = tuple[float, float, float]
Size = Field(ge=1, le=4096)


class OpinionData(Section):
    labels: Path
    images: Path
    max_bad_fraction: float = Fraction


class PairData(Section):
    pairs: Path
    images: Path
    max_bad_fraction: float = Fraction


class Split(Section):
    val_fraction: float = Field(gt=0.0, lt=1.0)
    test_fraction: float = Field(ge=0.0, lt=1.0)

    @model_validator(mode="after")
    def _leave_some_to_train_on(self) -> Self:
        if self.val_fraction + self.test_fraction >= 1.0:
            raise ValueError("val_fraction and test_fraction leave nothing to train on")
        return self


class Head(Section):
    """What both networks' heads are made of."""

    mlp_hidden_dims: tuple[int, ...] = Field(max_length=8)
    dropout: float = Field(ge=0.0, lt=1.0)
    activation: Literal["relu", "tanh"]
    pretrained: Path | None

    @model_validator(mode="before")
    @classmethod
    def _never_download(cls, values: Any) -> Any:
        """Owners' older files say `pretrained: true`, which meant a download."""
        if isinstance(values, dict) and values.get("pretrained") is True:
            raise ValueError("pretrained must be the path of a weights file: nothing is downloaded")
        if isinstance(values, dict) and values.get("pretrained") is False:
            return {**values, "pretrained": None}
        return values


class AestheticModel(Head):
    backbone: Literal["resnet50"]
    output_mode: Literal["distribution", "regression"]


class ComparatorModel(Head):
    cnn_backbone: Literal["resnet50", "vgg16"]
    use_paper_preprocessing: bool
    padding_mean_color: Colour | None


class CropTransform(Section):
    resize_size: int = Size
    crop_size: int = Size
    normalize_mean: Colour
    normalize_std: Colour

    @model_validator(mode="after")
    def _sizes_fit(self) -> Self:
        if not SMALLEST_INPUT <= self.crop_size <= self.resize_size:
            raise ValueError(f"crop_size must lie between {SMALLEST_INPUT} and resize_size")
        if min(self.normalize_std) <= 0:
            raise ValueError("normalize_std must be above 0")
        return self


class Augment(Section):
    horizontal_flip: bool
    smallest_crop: float = Field(gt=0.1, le=1.0)
    brightness: float = Fraction
    contrast: float = Fraction
    saturation: float = Fraction


class Optimisation(Section):
    epochs: int = Field(ge=1)
    batch_size: int = Field(ge=1)
    optimizer: Literal["adamw", "sgd"]
    learning_rate: float = Field(gt=0)
    backbone_learning_rate: float = Field(gt=0)
    weight_decay: float = Field(ge=0)
    schedule: Literal["cosine", "constant"]
    freeze_backbone: bool
    max_grad_norm: float | None = Field(gt=0)
    patience: int = Field(ge=0)
    mixed_precision: Literal["auto", True, False]
    workers: int = Field(ge=0, le=64)


class OpinionTraining(Optimisation):
    loss: Literal["emd", "kl", "mse", "l1"]


class RankingTraining(Optimisation):
    loss: Literal["ranknet", "margin"]
    margin: float = Field(ge=0)


class ComparatorTraining(Optimisation):
    soft_labels: bool


class _Run(Section):
    """What every run has."""

    device: str = Field(pattern=DEVICE_PATTERN)
    seed: int = Field(ge=0)
    output_dir: Path
    split: Split
    augment: Augment


class AestheticRun(_Run):
    """`train aesthetic`: from opinions."""

    data: OpinionData
    model: AestheticModel
    transform: CropTransform
    training: OpinionTraining

    @model_validator(mode="after")
    def _loss_fits_output(self) -> Self:
        if self.model.output_mode == "regression" and self.training.loss in ("emd", "kl"):
            raise ValueError(
                f"training.loss {self.training.loss} compares distributions; use mse or l1 for a regression"
            )
        return self


class PairsAestheticRun(_Run):
    """`train aesthetic --pairs`: the same scorer, from preferences."""

    data: PairData
    model: AestheticModel
    transform: CropTransform
    training: RankingTraining


class ComparatorRun(_Run):
    """`train comparator`."""

    data: PairData
    model: ComparatorModel
    transform_type: Literal["auto", "standard", "paper", "paper_pad", "reference"]
    training: ComparatorTraining

    @property
    def preparation(self) -> SiameseTransform:
        """How photos are prepared: what the file's loader will read out of its config."""
        automatic = "paper" if self.model.use_paper_preprocessing else "standard"
        kind = automatic if self.transform_type == "auto" else self.transform_type
        return SiameseTransform(kind, self.model.padding_mean_color or MEAN)


Run = AestheticRun | PairsAestheticRun | ComparatorRun


def load_aesthetic_run(file: Path) -> AestheticRun:
    """Read the YAML of a run over its defaults. Raises SettingsError naming key, file and line."""
    return load_validated(AestheticRun, DEFAULTS / "aesthetic.yaml", file)


def load_pairs_run(file: Path) -> PairsAestheticRun:
    """As load_aesthetic_run."""
    return load_validated(PairsAestheticRun, DEFAULTS / "aesthetic_pairs.yaml", file)


def load_comparator_run(file: Path) -> ComparatorRun:
    """As load_aesthetic_run."""
    return load_validated(ComparatorRun, DEFAULTS / "comparator.yaml", file)


def as_plain(run: Run) -> dict[str, Any]:
    """Return the configuration as plain values, to be written into a checkpoint or compared."""
    return run.model_dump(mode="json")
