"""Which judges there are, and how each is made from its configuration: a type and perhaps a checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.benchmark.clip_scorer import OpenClipScorer
from engine.benchmark.judges import ComparatorJudge, ConstantJudge, Judge, MetricJudge, ScoreJudge
from engine.benchmark.scorers import LastMetrics
from engine.comparing.base import Comparator
from engine.comparing.own_siamese import AUTO, open_siamese
from engine.comparing.siamese import FIRST, SECOND
from engine.errors import ModelError, UsageError
from engine.models.checkpoint import Checkpoint, checkpoint_hash, load_checkpoint
from engine.models.device import device_of
from engine.models.registry import build_lineup
from engine.models.runtime import Runtime
from engine.paths import DataDir
from engine.scoring.aesthetic_owner import AvaCheckpointScorer
from engine.scoring.base import Scorer
from engine.scoring.quality import QualityScorer
from engine.scoring.quality_metrics import QualityMetrics
from engine.settings import Settings
from engine.types import Role

CONSTANT, RULES, CHECKPOINT, OPEN_CLIP = "constant", "rules", "checkpoint", "open_clip"
COMPARATORS_TENSORS = ("mlp.", "conv1.")  # how names begin that only comparators' files have
METRICS: dict[str, Callable[[QualityMetrics], float]] = {
    "sharpness": lambda metrics: metrics.sharpness,
    "sharpness_global": lambda metrics: metrics.sharpness_global,
    "exposure": lambda metrics: metrics.exposure,
    "colourfulness": lambda metrics: metrics.colourfulness,
    "contrast": lambda metrics: metrics.contrast,
    "noise": lambda metrics: 1.0 / (1.0 + metrics.noise),  # less of it is better
}
ROLES = {role.value: role for role in (Role.COMPARATOR, Role.AESTHETIC, Role.QUALITY)}
NAMES = (*ROLES, RULES, *METRICS, CONSTANT)


@dataclass(frozen=True, slots=True)
class JudgeConfig:
    """What to make: `type` is one of NAMES, CHECKPOINT or OPEN_CLIP; `name` is shown in tables."""

    name: str
    type: str
    checkpoint: Path | None = None
    architecture: str = ""  # of OPEN_CLIP


@dataclass(frozen=True, slots=True)
class Bench:
    """The judges that can run, and why the others cannot, by name."""

    judges: tuple[Judge, ...]
    missing: dict[str, str]


def configs_of(models: str | None) -> tuple[JudgeConfig, ...]:
    """Return the judges that a list like "aesthetic,sharpness,/path/best_model.pt" names; all for None.

    The constant answer always stands among them. Raises UsageError for what is neither a name nor a file.
    """
    items = [item.strip() for item in models.split(",")] if models is not None else list(NAMES)
    configs = [_config(item) for item in items if item]
    if not configs:
        raise UsageError(f"--models names none. Give the path of a file, or {', '.join(NAMES)}.")
    if not any(config.type == CONSTANT for config in configs):
        configs.append(JudgeConfig(CONSTANT, CONSTANT))
    names = [config.name for config in configs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"--models names {twice} twice.")
    return tuple(configs)


def make_bench(configs: tuple[JudgeConfig, ...], settings: Settings, data_dir: DataDir) -> Bench:
    """Make the judges; those whose model is missing or broken are listed with the reason."""
    maker = _Maker(settings, data_dir)
    judges: list[Judge] = []
    missing: dict[str, str] = {}
    for config in configs:
        try:
            judges.append(maker.make(config))
        except ModelError as error:
            missing[config.name] = str(error)
    return Bench(tuple(judges), missing)


def _config(item: str) -> JudgeConfig:
    if item in NAMES:
        return JudgeConfig(item, item)
    if item.startswith(f"{OPEN_CLIP}:") and item.count(":") >= 2:
        _, architecture, file = item.split(":", 2)
        return JudgeConfig(f"clip {architecture}", OPEN_CLIP, Path(file), architecture)
    path = Path(item).expanduser()
    if not path.suffix:
        raise UsageError(f"--models: unknown model {item!r}. Give the path of a file, or {', '.join(NAMES)}.")
    return JudgeConfig("/".join(path.parts[-2:]), CHECKPOINT, path)


class _Maker:
    """Makes judges; measures each photo once for all metrics, and opens the roles' models once."""

    def __init__(self, settings: Settings, data_dir: DataDir) -> None:
        # Full precision everywhere: OpenVINO takes what is fastest on this machine, and rounds differently.
        precise = settings.performance.model_copy(update={"runtime": "torch"})
        self._settings = settings.model_copy(update={"performance": precise})
        self._data_dir = data_dir
        self._lineup = build_lineup(self._settings, data_dir)
        self._metrics = LastMetrics()

    def make(self, config: JudgeConfig) -> Judge:
        """Return the judge, loaded. Raises ModelError."""
        if config.type == CONSTANT:
            return ConstantJudge()
        if config.type in METRICS:
            pick = METRICS[config.type]
            return MetricJudge(config.name, lambda image: pick(self._metrics.of(image)))
        if config.type == OPEN_CLIP and config.checkpoint is not None:
            return self._scoring(config.name, OpenClipScorer(config.architecture, config.checkpoint))
        if config.checkpoint is not None:
            return self._of_checkpoint(config.name, config.checkpoint)
        if config.type == RULES:
            return self._scoring(config.name, QualityScorer())
        return self._of_role(config.name, ROLES[config.type])

    def _of_role(self, name: str, role: Role) -> Judge:
        if role is Role.COMPARATOR and self._lineup.comparator is not None:
            return _comparing(name, self._lineup.comparator)
        scorer = self._lineup.scorers.get(role)
        if scorer is not None:
            return self._scoring(name, scorer)
        status = next(status for status in self._lineup.statuses if status.role is role)
        raise ModelError(f"{status.state.value}: {status.reason}")

    def _of_checkpoint(self, name: str, path: Path) -> Judge:
        """Open an owner's file as what it is: a comparator or an aesthetic model."""
        device = device_of(self._settings)
        checkpoint = load_checkpoint(path, checkpoint_hash(path))
        if not any(key.startswith(COMPARATORS_TENSORS) for key in checkpoint.state):
            return self._scoring(name, AvaCheckpointScorer(path, device, 1))
        asked = {"siamese_checkpoint": path, "siamese_polarity": stated_polarity(checkpoint)}
        assessment = self._settings.quality_assessment.model_copy(update=asked)
        settings = self._settings.model_copy(update={"quality_assessment": assessment})
        return _comparing(name, open_siamese(settings, self._data_dir.library, device, 1, Runtime()))

    def _scoring(self, name: str, scorer: Scorer) -> Judge:
        scorer.load()
        return ScoreJudge(name, scorer)


def stated_polarity(checkpoint: Checkpoint) -> str:
    """Return which photo class 1 calls better, "first" or "second", where the file says so; else "auto"."""
    meaning = checkpoint.config.get("class_meaning")
    stated = str(meaning.get("1", "")).partition(" ")[0] if isinstance(meaning, dict) else ""
    return stated if stated in (FIRST, SECOND) else AUTO


def _comparing(name: str, comparator: Comparator) -> Judge:
    comparator.load()
    return ComparatorJudge(name, comparator)
