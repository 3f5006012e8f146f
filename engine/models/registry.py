"""Decides which model serves each role, before any is loaded. Nothing stands in for another in silence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from engine.checking.memory import with_warning
from engine.comparing.base import Comparator
from engine.comparing.learned import LearnedComparator
from engine.comparing.own_siamese import open_siamese
from engine.errors import ModelError, UsageError, WeightsMissingError
from engine.events import CancelToken
from engine.models.ava_config import read_ava_config
from engine.models.checkpoint_outline import refuse_other_kinds
from engine.models.device import Device, device_of
from engine.models.runtime import Runtime
from engine.models.siamese_config import read_siamese_config
from engine.models.status import status_of
from engine.paths import DataDir
from engine.scoring.aesthetic import NimaScorer
from engine.scoring.aesthetic_owner import AvaCheckpointScorer
from engine.scoring.base import Scorer
from engine.scoring.portrait import PortraitScorer
from engine.scoring.quality import QualityScorer
from engine.scoring.quality_learned import LearnedQualityScorer
from engine.settings import Settings
from engine.types import ModelState, ModelStatus, Role

BY_COMPOSITE = "Close pairs are decided by composite."

_Model = TypeVar("_Model", Scorer, Comparator)


@dataclass(frozen=True, slots=True)
class Lineup:
    """The models that can run, and a status for every role."""

    device: Device
    scorers: dict[Role, Scorer]
    comparator: Comparator | None
    statuses: tuple[ModelStatus, ...]


@dataclass(frozen=True, slots=True)
class _Opening(Generic[_Model]):
    """A role's model, made or not."""

    status: ModelStatus
    model: _Model | None = None


def build_lineup(
    settings: Settings,
    data_dir: DataDir,
    without: frozenset[Role] = frozenset(),
    device: str | None = None,
    cancel: CancelToken | None = None,
) -> Lineup:
    """Choose a model per role; cheap: files are hashed, nothing heavy is imported.

    `cancel` stops what takes long while a model is loaded. Raises UsageError when the requested device is
    not there.
    """
    chosen = device_of(settings, device)
    comparator = _open_comparator(settings, data_dir, without, chosen, cancel)
    openings = [
        _open(
            _aesthetic_wish(settings),
            without,
            lambda: _aesthetic(settings, data_dir, chosen),
            named_in(settings, "quality_assessment.ava_checkpoint"),
            commented_out(settings, "quality_assessment.ava_checkpoint"),
        ),
        _open(
            _quality_wish(settings), without, lambda: _quality(settings, data_dir, chosen, comparator.model)
        ),
        _open(_PORTRAIT_WISH, without, lambda: _portrait(settings, data_dir)),
    ]
    scorers = {o.status.role: o.model for o in openings if o.model is not None}
    statuses = tuple(_status_of(opening, data_dir) for opening in (*openings, comparator))
    return Lineup(chosen, scorers, comparator.model, statuses)


def _status_of(opening: _Opening[Scorer] | _Opening[Comparator], data_dir: DataDir) -> ModelStatus:
    """Return the status with what the last self-test of that file found wrong, if anything."""
    if opening.model is None:
        return opening.status
    return with_warning(opening.status, data_dir.library, opening.model.info.version)


def idle_statuses(settings: Settings, data_dir: DataDir) -> tuple[ModelStatus, ...]:
    """Return what each role would run, before any run."""
    try:
        return build_lineup(settings, data_dir).statuses
    except UsageError as error:
        reason = str(error)
        return tuple(ModelStatus(role, role.value, ModelState.FAILED, reason=reason) for role in Role)


_PORTRAIT_WISH = ModelStatus(
    Role.PORTRAIT, "MediaPipe Face Landmarker", ModelState.IDLE, embedded_default=True
)


def _aesthetic_wish(settings: Settings) -> ModelStatus:
    """Return what the settings ask for, whether or not it is there."""
    own = settings.quality_assessment.ava_checkpoint
    if own is None:
        return ModelStatus(Role.AESTHETIC, "NIMA MobileNet", ModelState.IDLE, embedded_default=True)
    return ModelStatus(Role.AESTHETIC, f"AVA checkpoint ({own.name})", ModelState.IDLE, checkpoint=str(own))


def _quality_wish(settings: Settings) -> ModelStatus:
    name = "Rule-based IQA" if settings.quality.method == "rules" else "Learned quality"
    return ModelStatus(Role.QUALITY, name, ModelState.IDLE, embedded_default=True)


def named_in(settings: Settings, key: str) -> str:
    """Return the sentence that says where a setting stands; nothing where it stands in no file."""
    where = settings.origin.of(key)
    return f" It is named in {where} ({key})." if where else ""


def commented_out(settings: Settings, key: str) -> str | None:
    """Return why a checkpoint is off whose line the owner has commented out; None where there is none.

    In owners' earlier system that is how a model is switched off.
    """
    where = settings.origin.commented_out(key)
    if where is None:
        return None
    return (
        f"switched off: {key} is commented out in {where}. For the embedded default write "
        f"{key.rpartition('.')[2]}: null there."
    )


def _open(
    wish: ModelStatus,
    without: frozenset[Role],
    make: Callable[[], _Model],
    named: str = "",
    off: str | None = None,
) -> _Opening[_Model]:
    if wish.role in without or off:
        reason = "switched off for this run" if wish.role in without else off
        return _Opening(replace(wish, state=ModelState.DISABLED, reason=reason))
    try:
        model = make()
    except WeightsMissingError as error:
        return _Opening(replace(wish, state=ModelState.MISSING, reason=f"{error}{named}"))
    except ModelError as error:
        return _Opening(replace(wish, state=ModelState.FAILED, reason=f"{error}{named}"))
    info = model.info
    return _Opening(status_of(info, ModelState.IDLE, info.note), model)


def _aesthetic(settings: Settings, data_dir: DataDir, device: Device) -> Scorer:
    batch = batch_size(settings, device)
    runtime = runtime_of(settings, data_dir)
    own = settings.quality_assessment.ava_checkpoint
    if own is not None:
        scorer = AvaCheckpointScorer(own, device, batch, runtime)
        refuse_other_kinds(own.expanduser(), read_ava_config)
        return scorer
    return NimaScorer(data_dir.models, device, batch, runtime)


def runtime_of(settings: Settings, data_dir: DataDir) -> Runtime:
    """Return what is to run the networks."""
    return Runtime(settings.performance.runtime, data_dir.converted)


def batch_size(settings: Settings, device: Device) -> int:
    """Return how many photos go through a network at once."""
    performance = settings.performance
    return performance.batch_size if device.name == "cpu" else performance.gpu_batch_size


def _quality(settings: Settings, data_dir: DataDir, device: Device, comparator: Comparator | None) -> Scorer:
    """Return the quality scorer; the embedded default comparator takes what it needs from its looks."""
    if settings.quality.method == "rules":
        return QualityScorer()
    runtime, batch = runtime_of(settings, data_dir), batch_size(settings, device)
    witness = comparator.kept_of if isinstance(comparator, LearnedComparator) else None
    try:
        return LearnedQualityScorer(data_dir.models, device, batch, runtime, witness=witness)
    except ModelError as error:  # the rules need no weights; their name and this note say who judges
        return QualityScorer(note=f"learned quality cannot run, rules judge instead: {error}")


def _portrait(settings: Settings, data_dir: DataDir) -> Scorer:
    return PortraitScorer(data_dir.models, settings.portrait_analysis, runtime_of(settings, data_dir))


def _open_comparator(
    settings: Settings,
    data_dir: DataDir,
    without: frozenset[Role],
    device: Device,
    cancel: CancelToken | None,
) -> _Opening[Comparator]:
    """Return the comparator, or exactly why there is none; and what decides close pairs instead."""
    wish = _comparator_wish(settings)
    if not settings.album.selection.use_siamese_tiebreaker and wish.role not in without:
        reason = f"switched off (album.selection.use_siamese_tiebreaker). {BY_COMPOSITE}"
        return _Opening(replace(wish, state=ModelState.DISABLED, reason=reason))
    named = named_in(settings, "quality_assessment.siamese_checkpoint")
    off = commented_out(settings, "quality_assessment.siamese_checkpoint")
    opening = _open(wish, without, lambda: _comparator(settings, data_dir, device, cancel), named, off)
    if opening.model is not None:
        return opening
    return _Opening(replace(opening.status, reason=f"{_sentence(opening.status.reason)} {BY_COMPOSITE}"))


def _comparator_wish(settings: Settings) -> ModelStatus:
    """Return what the settings ask for, whether or not it is there."""
    own = settings.quality_assessment.siamese_checkpoint
    if own is None:
        return ModelStatus(Role.COMPARATOR, "Learned comparator", ModelState.IDLE, embedded_default=True)
    name = f"Siamese comparator ({own.name})"
    return ModelStatus(Role.COMPARATOR, name, ModelState.IDLE, checkpoint=str(own))


def _comparator(
    settings: Settings, data_dir: DataDir, device: Device, cancel: CancelToken | None
) -> Comparator:
    runtime = runtime_of(settings, data_dir)
    batch = batch_size(settings, device)
    own = settings.quality_assessment.siamese_checkpoint
    if own is None:
        return LearnedComparator(data_dir.models, device, batch, runtime)
    comparator = open_siamese(settings, data_dir.library, device, batch, runtime, cancel)
    refuse_other_kinds(own.expanduser(), read_siamese_config)
    return comparator


def _sentence(reason: str | None) -> str:
    return "" if not reason else reason if reason.endswith(".") else f"{reason}."
