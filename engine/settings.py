"""Settings as validated models. An unknown key is an error that names the nearest known one."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from engine.errors import SettingsError
from engine.paths import CONFIGS_DIR

DEFAULTS_FILE = CONFIGS_DIR / "global_config.yaml"
DEVICE_PATTERN = r"^(auto|cpu|mps|cuda(:\d+)?)$"

Fraction = Field(ge=0.0, le=1.0)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QualityAssessment(_Section):
    """Paths of the owner's own checkpoints; None means the embedded default."""

    ava_checkpoint: Path | None
    siamese_checkpoint: Path | None


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
    batch_size: int = Field(ge=1, le=256)
    decode_threads: int = Field(ge=0, le=64)


class Settings(_Section):
    """All settings of a run; the keys and defaults are documented in configs/global_config.yaml."""

    device: str = Field(pattern=DEVICE_PATTERN)
    quality_assessment: QualityAssessment
    album: Album
    portrait_analysis: PortraitAnalysis
    performance: Performance


def load_settings(user_file: Path | None = None) -> Settings:
    """Read the defaults and lay the user's file over them.

    Raises SettingsError naming key, file and line when the user's file cannot be used.
    """
    merged = _read_mapping(DEFAULTS_FILE)
    source = DEFAULTS_FILE
    if user_file is not None:
        source = user_file
        merged = _merge(merged, _read_mapping(user_file))
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        raise SettingsError(_explain(error, source)) from error


def _read_mapping(path: Path) -> dict[str, Any]:
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(f"Settings file not found: {path}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"Settings file {path} cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise SettingsError(f"Settings file {path} is not valid YAML: {error}") from error
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise SettingsError(f"Settings file {path} must hold keys and values, not a {type(loaded).__name__}.")
    return loaded


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = _merge(merged[key], value)
        elif value is None and isinstance(merged.get(key), dict):
            continue  # a section whose every line is commented out changes nothing
        else:
            merged[key] = value
    return merged


def _explain(error: ValidationError, source: Path) -> str:
    lines = [_explain_one(dict(detail), source) for detail in error.errors()]
    return "\n".join(lines)


def _explain_one(detail: dict[str, Any], source: Path) -> str:
    keys = tuple(str(part) for part in detail["loc"])
    where = f"{source}{_line_of(source, keys)}"
    dotted = ".".join(keys)
    if detail["type"] == "extra_forbidden":
        near = difflib.get_close_matches(dotted, _known_keys(Settings), n=1, cutoff=0.4)
        hint = f" Did you mean {near[0]}?" if near else ""
        return f"{where}: unknown setting {dotted}.{hint}"
    message = str(detail["msg"]).removeprefix("Value error, ")
    return f"{where}: {dotted}: {message} (found {detail['input']!r})"


def _known_keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    keys: list[str] = []
    for name, info in model.model_fields.items():
        keys.append(prefix + name)
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            keys += _known_keys(info.annotation, f"{prefix}{name}.")
    return keys


def _line_of(source: Path, keys: tuple[str, ...]) -> str:
    """Return ", line N" of a dotted key in a YAML file, or of its nearest section that is there."""
    node = yaml.compose(source.read_text(encoding="utf-8"))
    line = 0
    for key in keys:
        if not isinstance(node, yaml.MappingNode):
            break
        found = next(((k, v) for k, v in node.value if k.value == key), None)
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return f", line {line}" if line else ""
