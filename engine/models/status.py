"""Keeps what is known of every role's model during a run. "Active" has to be earned by scores."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from engine.scoring.base import ModelInfo
from engine.types import ModelState, ModelStatus, Role
from engine.words import counted

log = logging.getLogger(__name__)

# The names that owners look for in the log.
SUMMARY_NAMES = {
    Role.AESTHETIC: "AVA",
    Role.COMPARATOR: "Siamese",
    Role.QUALITY: "IQA",
    Role.PORTRAIT: "MediaPipe",
}


def status_of(info: ModelInfo, state: ModelState, reason: str | None = None) -> ModelStatus:
    """Return a status with the model's name, checkpoint and place."""
    return ModelStatus(
        role=info.role,
        name=info.name,
        state=state,
        embedded_default=info.embedded_default,
        checkpoint=info.checkpoint,
        sha256=info.sha256,
        device=info.device,
        runtime=info.runtime,
        reason=reason,
    )


def short_name(status: ModelStatus) -> str:
    """Return the model's name without its additions ("MediaPipe Face Landmarker")."""
    return status.name.partition(",")[0]


@dataclass(slots=True)
class _Entry:
    status: ModelStatus
    last_error: str | None = None


class StatusBoard:
    """Status of all roles, with the counts of this run."""

    def __init__(self, statuses: tuple[ModelStatus, ...]) -> None:
        self._entries = {status.role: _Entry(status) for status in statuses}
        self._shown: tuple[ModelStatus, ...] | None = None

    def count(
        self, role: Role, *, scored: int = 0, cached: int = 0, failed: int = 0, error: str | None = None
    ) -> None:
        """Add to the counts of a role."""
        entry = self._entries[role]
        old = entry.status
        entry.last_error = error or entry.last_error
        entry.status = replace(
            old, scored=old.scored + scored, cached=old.cached + cached, failed=old.failed + failed
        )

    def place(self, info: ModelInfo) -> None:
        """Note where the model runs now, and its note (a fallback), if any."""
        entry = self._entries[info.role]
        entry.status = replace(entry.status, device=info.device, runtime=info.runtime, reason=info.note)

    def fail(self, role: Role, reason: str) -> None:
        """A model could not be loaded: it will not run, and nothing takes its place."""
        entry = self._entries[role]
        entry.status = replace(entry.status, state=ModelState.FAILED, reason=reason)
        entry.last_error = reason
        log.error("Model for %s failed: %s", role, reason)

    def warn(self, role: Role, warning: str | None) -> None:
        """Note what a self-test found wrong with the model, if anything."""
        entry = self._entries[role]
        entry.status = replace(entry.status, warning=warning)

    def statuses(self) -> tuple[ModelStatus, ...]:
        return tuple(_judged(entry) for entry in self._entries.values())

    def changed(self) -> tuple[ModelStatus, ...] | None:
        """Return all statuses if any changed since the last call, else None."""
        now = self.statuses()
        if now == self._shown:
            return None
        self._shown = now
        return now


def _judged(entry: _Entry) -> ModelStatus:
    """Return the status with the state its counts have earned."""
    status = entry.status
    if status.state is ModelState.FAILED:
        return status  # it could not be loaded: cached scores of other photos do not make it work
    if status.scored + status.cached > 0:
        reason = status.reason
        if status.failed:
            failure = f"failed on {counted(status.failed, 'photo')}: {entry.last_error}"
            reason = f"{reason}; {failure}" if reason else failure
        return replace(status, state=ModelState.ACTIVE, reason=reason)
    if status.failed:
        return replace(status, state=ModelState.FAILED, reason=entry.last_error)
    return status


def log_summary(statuses: tuple[ModelStatus, ...]) -> None:
    """Write the `Model Status:` summary."""
    log.info("Model Status:\n%s", summary(statuses))


def summary(statuses: tuple[ModelStatus, ...]) -> str:
    """Return one line per role: owner's name, state, model, short hash, device, counts, reason."""
    return "\n".join(_summary_line(status) for status in statuses)


def _summary_line(status: ModelStatus) -> str:
    digest = f" [{status.sha256[:8]}]" if status.sha256 else ""
    place = f" on {status.device} ({status.runtime})" if status.device and status.runtime else ""
    counts = f"; scored {status.scored}, cached {status.cached}, failed {status.failed}"
    reason = f"; {status.reason}" if status.reason else ""
    name = SUMMARY_NAMES[status.role]
    warning = f"; WARNING: {status.warning}" if status.warning else ""
    return f"  {name}: {status.state.value} - {status.name}{digest}{place}{counts}{reason}{warning}"
