"""Roles that the photographer has switched off for now, seen by the window and by a run alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from engine.types import ModelState, ModelStatus, Role

SWITCHED_OFF = "switched off here, for this session only"


class RoleSwitches:
    """Which roles are off. They last as long as the program; no setting on disk is changed.

    Safe to read from any thread: the set is frozen and replaced whole.
    """

    def __init__(self) -> None:
        self._off: frozenset[Role] = frozenset()

    @property
    def off(self) -> frozenset[Role]:
        return self._off

    def turn(self, role: Role, *, on: bool) -> None:
        self.replace(self._off - {role} if on else self._off | {role})

    def replace(self, off: frozenset[Role]) -> None:
        """Have exactly these roles off."""
        self._off = off


class Regrouped:
    """Counts how often groups or picks were changed by hand, so that a run at work selects anew at once."""

    def __init__(self) -> None:
        self.count = 0  # of one writer, the window; read by a run


def with_switched_off(statuses: Sequence[ModelStatus], off: Collection[Role]) -> tuple[ModelStatus, ...]:
    """Return statuses in which the roles that are off say so. A missing model stays missing."""
    return tuple(
        replace(status, state=ModelState.DISABLED, reason=SWITCHED_OFF)
        if status.role in off and can_be_switched(status)
        else status
        for status in statuses
    )


def can_be_switched(status: ModelStatus) -> bool:
    """Tell whether there is something to switch: a model that is neither missing nor off by the settings."""
    return is_switched_off(status) or status.state not in (ModelState.MISSING, ModelState.DISABLED)


def is_switched_off(status: ModelStatus) -> bool:
    """Tell whether it was switched off here, not in the settings or on the command line."""
    return status.state is ModelState.DISABLED and status.reason == SWITCHED_OFF
