"""Decides which model serves each role, before any is loaded. Nothing stands in for another in silence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.checking.memory import with_warning
from engine.errors import ModelError, UsageError, WeightsMissingError
from engine.models.device import Device, choose_device
from engine.models.runtime import Runtime
from engine.models.status import status_of
from engine.paths import DataDir
from engine.scoring.base import Scorer
from engine.settings import Settings
from engine.types import ModelState, ModelStatus, Role

COMPARATOR_NAME = "Siamese comparator"


@dataclass(frozen=True, slots=True)
class Lineup:
    """The scorers that can run, and a status for every role."""

    device: Device
    scorers: dict[Role, Scorer]
    statuses: tuple[ModelStatus, ...]


@dataclass(frozen=True, slots=True)
class _Opening:
    """A role's scorer, made or not."""

    status: ModelStatus
    scorer: Scorer | None = None


def build_lineup(
    settings: Settings, data_dir: DataDir, without: frozenset[Role] = frozenset(), device: str | None = None
) -> Lineup:
    """Choose a model per role; cheap: files are hashed, nothing heavy is imported.

    Raises UsageError when the requested device is not there.
    """
    chosen = choose_device(device or settings.device)
    openings = [
        _open(_aesthetic_wish(settings), without, lambda: _aesthetic(settings, data_dir, chosen)),
        _open(ModelStatus(Role.QUALITY, "Rule-based IQA", ModelState.IDLE), without, _quality),
        _open(_PORTRAIT_WISH, without, lambda: _portrait(settings, data_dir)),
        _Opening(_comparator_status(settings, without)),
    ]
    scorers = {o.status.role: o.scorer for o in openings if o.scorer is not None}
    return Lineup(chosen, scorers, tuple(_status_of(opening, data_dir) for opening in openings))


def _status_of(opening: _Opening, data_dir: DataDir) -> ModelStatus:
    """Return the status with what the last self-test of that file found wrong, if anything."""
    if opening.scorer is None:
        return opening.status
    return with_warning(opening.status, data_dir.library, opening.scorer.info.version)


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


def _open(wish: ModelStatus, without: frozenset[Role], make: Callable[[], Scorer]) -> _Opening:
    if wish.role in without:
        return _Opening(replace(wish, state=ModelState.DISABLED, reason="switched off for this run"))
    try:
        scorer = make()
    except WeightsMissingError as error:
        return _Opening(replace(wish, state=ModelState.MISSING, reason=str(error)))
    except ModelError as error:
        return _Opening(replace(wish, state=ModelState.FAILED, reason=str(error)))
    info = scorer.info
    return _Opening(status_of(info, ModelState.IDLE, info.note), scorer)


def _aesthetic(settings: Settings, data_dir: DataDir, device: Device) -> Scorer:
    from engine.scoring.aesthetic import NimaScorer
    from engine.scoring.aesthetic_owner import AvaCheckpointScorer

    batch = batch_size(settings, device)
    runtime = runtime_of(settings, data_dir)
    own = settings.quality_assessment.ava_checkpoint
    if own is not None:
        return AvaCheckpointScorer(own, device, batch, runtime)
    return NimaScorer(data_dir.models, device, batch, runtime)


def runtime_of(settings: Settings, data_dir: DataDir) -> Runtime:
    """Return what is to run the networks."""
    return Runtime(settings.performance.runtime, data_dir.converted)


def batch_size(settings: Settings, device: Device) -> int:
    """Return how many photos go through a network at once."""
    performance = settings.performance
    return performance.batch_size if device.name == "cpu" else performance.gpu_batch_size


def _quality() -> Scorer:
    from engine.scoring.quality import QualityScorer

    return QualityScorer()


def _portrait(settings: Settings, data_dir: DataDir) -> Scorer:
    from engine.scoring.portrait import PortraitScorer

    return PortraitScorer(data_dir.models, settings.portrait_analysis, runtime_of(settings, data_dir))


def _comparator_status(settings: Settings, without: frozenset[Role]) -> ModelStatus:
    """No comparator can run yet; say exactly why, and what decides close pairs instead."""
    own = settings.quality_assessment.siamese_checkpoint
    by_composite = "Close pairs are decided by composite."
    if Role.COMPARATOR in without or not settings.album.selection.use_siamese_tiebreaker:
        return ModelStatus(
            Role.COMPARATOR, COMPARATOR_NAME, ModelState.DISABLED, reason=f"switched off. {by_composite}"
        )
    if own is None:
        reason = f"no checkpoint is configured (quality_assessment.siamese_checkpoint). {by_composite}"
        return ModelStatus(Role.COMPARATOR, COMPARATOR_NAME, ModelState.MISSING, reason=reason)
    if not own.is_file():
        reason = f"the checkpoint {own} does not exist. {by_composite}"
        return ModelStatus(
            Role.COMPARATOR, COMPARATOR_NAME, ModelState.MISSING, checkpoint=str(own), reason=reason
        )
    reason = f"this version cannot run Siamese checkpoints: {own} was not loaded. {by_composite}"
    return ModelStatus(
        Role.COMPARATOR, COMPARATOR_NAME, ModelState.FAILED, checkpoint=str(own), reason=reason
    )
