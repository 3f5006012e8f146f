"""The self-test of the model that the settings choose for a role."""

from __future__ import annotations

from pathlib import Path

from engine.checking.known_pairs import known_photos
from engine.checking.memory import remember
from engine.checking.questions import Report
from engine.checking.report import CheckReport
from engine.checking.self_test import Place, check_file, check_model
from engine.errors import ModelError
from engine.events import CancelToken
from engine.models.device import device_of
from engine.models.registry import batch_size
from engine.models.runtime import Runtime
from engine.paths import DataDir
from engine.scoring.quality import QualityScorer
from engine.settings import Settings
from engine.types import ModelState, ModelStatus, Role


def can_be_checked(status: ModelStatus) -> bool:
    """Whether there is something to check: rules, or a weights file that is there."""
    there = status.checkpoint is not None and status.state is not ModelState.MISSING
    return status.role is Role.QUALITY or there


def check_role(
    status: ModelStatus, settings: Settings, data_dir: DataDir, report: Report, cancel: CancelToken
) -> CheckReport:
    """Check the model of a status and remember the outcome. Raises FramepickError, Stopped when cancelled."""
    known = known_photos()
    if status.role is Role.QUALITY and status.checkpoint is None:
        return check_model(QualityScorer(), None, known, report, cancel)
    if status.checkpoint is None:
        raise ModelError(f"There is no weights file for the role {status.role}.")
    found = check_file(Path(status.checkpoint), place_of(settings, data_dir), known, report, cancel)
    remember(data_dir.library, found)
    return found


def place_of(settings: Settings, data_dir: DataDir, device: str | None = None) -> Place:
    """Return where and how models run when culling. Raises UsageError for a device that is not there."""
    chosen = device_of(settings, device)
    runtime = Runtime(settings.performance.runtime, data_dir.converted)
    batch = batch_size(settings, chosen)
    return Place(chosen, runtime, batch, data_dir.models, settings.portrait_analysis)
