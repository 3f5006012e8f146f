"""Settings as validated models. An unknown key is an error that names the nearest known one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from engine.paths import CONFIGS_DIR
from engine.settings_files import Section as _Section
from engine.settings_files import load_validated
from engine.sidecars.label_words import LabelWords
from engine.sidecars.naming import Naming
from engine.sidecars.profiles import Profile, RejectAsRating, Targets
from engine.types import Label

DEFAULTS_FILE = CONFIGS_DIR / "global_config.yaml"
DEVICES = "auto, cpu, mps, cuda or cuda:N"
COLOURS = tuple(label.value for label in Label if label is not Label.NONE)
DEVICE_PATTERN = r"^(auto|cpu|mps|cuda(:\d+)?)$"

Fraction = Field(ge=0.0, le=1.0)


class QualityAssessment(_Section):
    """Paths of the owner's own checkpoints; None means the embedded default."""

    ava_checkpoint: Path | None
    siamese_checkpoint: Path | None
    siamese_polarity: Literal["auto", "first", "second"]

    @field_validator("ava_checkpoint", "siamese_checkpoint", mode="before")
    @classmethod
    def _is_one_path(cls, value: Any) -> Any:
        """Nothing in quotes is a slip, and a line break a path of two lines."""
        if isinstance(value, str) and (not value.strip() or not value.strip().isprintable()):
            raise ValueError("must be the path of a file, on one line, or null")
        return value

    @field_validator("ava_checkpoint", "siamese_checkpoint")
    @classmethod
    def _is_absolute(cls, value: Path | None) -> Path | None:
        """So that whoever reads of a file that is not there sees where it was looked for."""
        return None if value is None else value.expanduser().absolute()


class Quality(_Section):
    """How technical quality is judged."""

    method: Literal["learned", "rules"]


class Grouping(_Section):
    time_window_seconds: float = Field(gt=0)
    burst_seconds: float = Field(ge=0)
    similarity: float = Fraction
    burst_similarity: float = Fraction
    untimed_similarity: float = Fraction


class SelectionRules(_Section):
    images_per_cluster: int = Field(ge=1)
    ava_weight: float = Fraction
    iqa_weight: float = Fraction
    portrait_weight: float = Fraction
    close_range: float = Fraction
    use_siamese_tiebreaker: bool
    cant_tell_below: float = Field(ge=0.5, le=1.0)

    @model_validator(mode="after")
    def _weights_sum_to_one(self) -> Self:
        total = self.ava_weight + self.iqa_weight + self.portrait_weight
        if abs(total - 1.0) > 1e-6:
            raise ValueError(f"ava_weight, iqa_weight and portrait_weight sum to {total:g}, not to 1")
        return self


class QualityFilters(_Section):
    min_iqa_score: float = Fraction
    min_ava_score: float = Field(ge=0.0, le=10.0)
    min_sharpness: float = Fraction


class PortraitRules(_Section):
    require_eyes_open: bool
    prefer_smiling: bool
    smile_importance: float = Fraction
    eyes_open_importance: float = Fraction


class Album(_Section):
    grouping: Grouping
    selection: SelectionRules
    quality: QualityFilters
    portrait: PortraitRules


class PortraitAnalysis(_Section):
    face_detection_confidence: float = Fraction
    eye_open_ear_threshold: float = Fraction


class Performance(_Section):
    runtime: str = Field(pattern=r"^(auto|torch|openvino)$", description="auto, torch or openvino")
    batch_size: int = Field(ge=1, le=256)
    gpu_batch_size: int = Field(ge=1, le=1024)
    decode_threads: int = Field(ge=0, le=64)
    own_process: bool


class Previews(_Section):
    """Window-size pictures that are kept on disk."""

    disk_mb: int = Field(ge=0)

    @property
    def limit(self) -> int:
        """Bytes that they may take."""
        return self.disk_mb * 1_000_000


class Sidecars(_Section):
    """Marks in XMP sidecars: what is read, what is written, and for whom."""

    read_on_open: bool
    write: Literal["off", "on_demand", "continuous"]
    profiles: tuple[Profile, ...] = Field(min_length=1)
    naming: Naming
    reject_as_rating: RejectAsRating
    into_files: bool
    label_words: dict[str, Label] = Field(description=f"words, each for one of {', '.join(COLOURS)}")

    @field_validator("write", mode="before")
    @classmethod
    def _off_is_no_boolean(cls, value: Any) -> Any:
        return "off" if value is False else value  # YAML takes a bare off for false

    @field_validator("label_words")
    @classmethod
    def _a_word_names_a_colour(cls, words: dict[str, Label]) -> dict[str, Label]:
        if any(not word.strip() or label is Label.NONE for word, label in words.items()):
            raise ValueError(f"must give each word one of {', '.join(COLOURS)}")
        return words

    @property
    def targets(self) -> Targets:
        return Targets(self.profiles, self.reject_as_rating, self.words)

    @property
    def words(self) -> LabelWords:
        """Return what labels are called, in all languages and by the photographer."""
        return LabelWords(self.label_words)


class Appearance(_Section):
    """How the window looks."""

    theme: Literal["dark", "light", "system"]


class Settings(_Section):
    """All settings of a run; the keys and defaults are documented in configs/global_config.yaml."""

    device: str = Field(pattern=DEVICE_PATTERN, description=DEVICES)
    quality_assessment: QualityAssessment
    quality: Quality
    album: Album
    portrait_analysis: PortraitAnalysis
    performance: Performance
    previews: Previews
    sidecars: Sidecars
    appearance: Appearance


def load_settings(user_file: Path | None = None) -> Settings:
    """Read the defaults and lay the user's file over them.

    Raises SettingsError naming key, file and line when the user's file cannot be used.
    """
    return load_validated(Settings, DEFAULTS_FILE, user_file)
