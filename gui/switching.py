"""Switches roles off and on: picks are made anew from the scores that are there, on a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from engine.events import CancelToken, Composed, Selected
from engine.models.status import short_name
from engine.selection.candidate import Candidate
from engine.selection.difference import (
    Difference,
    difference,
    difference_in_words,
    opinions_without,
    without_roles,
)
from engine.selection.own_groups import with_own_marks
from engine.selection.picks import select
from engine.settings import Album, Settings
from engine.switches import can_be_switched, with_switched_off
from engine.types import Marks, ModelStatus, Role, Selection
from gui.album_model import AlbumModel
from gui.album_run import AlbumRun
from gui.background import Task
from gui.criteria import Filter
from gui.messages import Messages
from gui.wording import ROLE_TITLES

LATER = "What differs is said once the photos are scored."
TRY_ON = "Switch on and off again to see what differs."


@dataclass(frozen=True, slots=True)
class _Recomposed:
    job: int
    composed: Composed
    off: frozenset[Role]
    selection: Selection
    difference: Difference


class Switching(QObject):
    """Which roles are off in this session, and what that changes."""

    statuses_changed = Signal(object)  # tuple[ModelStatus, ...], the switches taken into account
    recomposed = Signal()  # the picks are those of the switches as they are now
    told = Signal(str, bool)  # what differs, and whether there are photos to show; empty when all are on

    def __init__(
        self, settings: Settings, run: AlbumRun, model: AlbumModel, messages: Messages, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._album: Album = settings.album
        self._run, self._model, self._messages = run, model, messages
        self._statuses: tuple[ModelStatus, ...] = ()
        self._composed: Composed | None = None
        self._task: Task | None = None
        self._asked_anew = False
        run.begun.connect(self._begin)
        run.models_changed.connect(self.take_statuses)
        run.composed.connect(self._take_composed)
        run.ended.connect(self._score_what_was_left_out)

    @property
    def _skipped(self) -> frozenset[Role]:
        return self._composed.skipped if self._composed else frozenset()

    @property
    def off(self) -> frozenset[Role]:
        return self._run.switches.off

    def toggle(self, role: Role) -> None:
        """Switch a role off or on again. Where scores of it are missing, they are made now."""
        status = next((s for s in with_switched_off(self._statuses, self.off) if s.role is role), None)
        if status is None or not can_be_switched(status):
            self._messages.info(f"{ROLE_TITLES[role]}: there is no model at work to switch off.")
            self.show()
            return
        turned_on = role in self.off
        self._run.switches.turn(role, on=turned_on)
        self._model.switch_off(self.off)
        self.show()
        if turned_on and role in self._skipped:
            self._run.again()
        else:
            self.recompose()

    @property
    def ready(self) -> bool:
        """Whether picks can be made anew at once: while photos are scored the run itself does that."""
        return self._composed is not None

    @property
    def settled(self) -> bool:
        """Whether the groups and picks that are shown are those of all marks and switches."""
        return self._composed is not None and self._task is None

    @Slot(object)
    def take_statuses(self, statuses: Sequence[ModelStatus]) -> None:
        self._statuses = tuple(statuses)
        self.show()

    @Slot(object, object)
    def take_warning(self, role: Role, warning: str | None) -> None:
        """A check found out what stands at a model's name from now on."""
        self.take_statuses([replace(s, warning=warning) if s.role is role else s for s in self._statuses])

    def stop(self) -> None:
        """Wait until nothing is made anew any more."""
        if self._task is not None:
            self._task.stop()

    @Slot()
    def show(self) -> None:
        """Tell the state of the models and what differs, once more."""
        self.statuses_changed.emit(with_switched_off(self._statuses, self.off))
        if not self.off:
            self.told.emit("", False)
        elif self._composed is None:
            self.told.emit(f"{self._off_in_words()}. {LATER}", False)

    @Slot(int)
    def _begin(self, job_id: int) -> None:
        self._composed = None
        self.show()

    @Slot(object)
    def _take_composed(self, composed: Composed) -> None:
        self._composed = composed
        if self.off or self._task is not None or self._grouped_since(composed):
            self.recompose()

    def _grouped_since(self, composed: Composed) -> bool:
        """Whether groups were changed by hand after the run looked last."""
        marked = with_own_marks(composed.candidates, self._own_marks())
        return any(now is not then for now, then in zip(marked, composed.candidates, strict=True))

    def _own_marks(self) -> dict[int, Marks]:
        entries = self._model.entries()
        return {e.photo.id: e.marks for e in entries if e.marks.own_group or e.marks.own_pick}

    @Slot()
    def _score_what_was_left_out(self) -> None:
        """A role was switched on again while the run had passed photos by: score those now."""
        if self._skipped - self.off:
            self._run.again()

    def recompose(self) -> None:
        """Make groups and picks anew, as soon as all scores are there."""
        if self._composed is None:
            return
        if self._task is not None:
            self._asked_anew = True  # the switches are read when it begins: once more is enough
            return
        marked = with_own_marks(self._composed.candidates, self._own_marks())
        work = _work(self._composed, marked, self._album, self.off, self._model.job)
        self._task = Task("framepick-recompose", work, self)
        self._task.succeeded.connect(self._take)
        self._task.failed.connect(self._messages.error)
        self._task.finished.connect(self._end)
        self._task.start()

    @Slot()
    def _end(self) -> None:
        if self._task is not None:
            self._task.deleteLater()
        self._task = None
        if self._asked_anew:
            self._asked_anew = False
            self.recompose()

    @Slot(object)
    def _take(self, found: _Recomposed) -> None:
        stale = found.composed is not self._composed or found.off != self.off
        if found.job != self._model.job or stale or self._asked_anew:
            return
        self._model.apply(found.job, [Selected(found.selection)])
        self._model.show_changed(found.difference.photos)
        if found.off & self._skipped:
            self.told.emit(f"{self._off_in_words()}, and not all photos have its scores. {TRY_ON}", False)
        elif found.off:
            words = f"{difference_in_words(found.difference.count, self._off_names())}."
            self._messages.info(words)
            self.told.emit(words, bool(found.difference.photos))
        elif self._model.criteria.has(Filter.CHANGED):
            self._model.set_criteria(self._model.criteria.toggled(Filter.CHANGED))
        self.recomposed.emit()

    def _off_in_words(self) -> str:
        names = self._off_names()
        return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} switched off"

    def _off_names(self) -> list[str]:
        return [short_name(status) for status in self._statuses if status.role in self.off]


def _work(
    composed: Composed, candidates: Sequence[Candidate], album: Album, off: frozenset[Role], job: int
) -> Callable[[CancelToken, Callable[[Any], None]], _Recomposed]:
    def recompose(cancel: CancelToken, report: Callable[[Any], None]) -> _Recomposed:
        opinions = composed.opinions
        selection = select(without_roles(candidates, off), album, opinions_without(opinions, off))
        found = difference(select(candidates, album, opinions), selection) if off else Difference()
        return _Recomposed(job, composed, off, selection, found)

    return recompose
