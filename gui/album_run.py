"""The album that is open, and the engine's run over it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from engine.events import (
    AlbumListed,
    Composed,
    Event,
    Finished,
    MarksRead,
    Measured,
    ModelsChanged,
    Notice,
    Progress,
    Selected,
)
from engine.paths import DataDir
from engine.pipeline import CullJob
from engine.settings import Settings
from engine.switches import Regrouped, RoleSwitches
from engine.words import counted
from engine.worker import Engine
from gui import wording
from gui.album_model import AlbumModel
from gui.commands import key_of
from gui.criteria import Filter
from gui.decisions import Decisions
from gui.messages import Messages


class AlbumRun(QObject):
    """Starts and stops runs, and hands the engine's events to the model and to who wants to know."""

    leaving = Signal()  # another album, or this one again, is about to be read
    begun = Signal(int)  # job id
    listed = Signal(int)  # number of photos
    progressed = Signal(object)  # Progress
    measured = Signal(object)  # Figures
    ordered = Signal()  # the first groups of a run are known
    models_changed = Signal(object)  # tuple[ModelStatus, ...]
    composed = Signal(object)  # Composed
    reads_on = Signal()  # it was stopped and scores nothing, but reads all photos
    ended = Signal()  # finished, stopped or failed
    broke = Signal(str)  # why the run could not go on

    def __init__(
        self,
        settings: Settings,
        data_dir: DataDir,
        model: AlbumModel,
        decisions: Decisions,
        messages: Messages,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._model, self._decisions, self._messages = model, decisions, messages
        self._engine = Engine(settings, data_dir, self)
        self._engine.events.connect(self._take)
        self._engine.failed.connect(self._fail)
        self._job: CullJob | None = None
        self.switches = RoleSwitches()  # the same for every run of this window
        self.regrouped = Regrouped()  # likewise
        self.running = False
        self._ordered = self._only_reads = False

    @property
    def album(self) -> Path | None:
        return self._job.album if self._job else None

    @property
    def recursive(self) -> bool:
        """Whether the folders inside the album belong to it."""
        return self._job is not None and self._job.recursive

    def open(self, album: Path, recursive: bool = False) -> None:
        """Cull a folder; whatever runs is stopped, and nothing of it will show."""
        job = CullJob(album.absolute(), recursive, switches=self.switches, regrouped=self.regrouped)
        self._start(replace(job, check_new=True))

    def again(self) -> None:
        """Read the same album again."""
        if self._job is not None:
            self._start(self._job)

    def _start(self, job: CullJob) -> None:
        self.leaving.emit()
        self._job = job
        self.running, self._ordered, self._only_reads = True, False, False
        job_id = self._engine.start(job)
        self._decisions.begin(job.album)
        self._model.begin(job_id)
        self.begun.emit(job_id)

    def stop(self) -> None:
        """Stop the run. The window is free at once; the engine lets go at its next step.

        While photos are read it goes on with that and scores none: what was decided on them could not be
        shown otherwise. Asked again, it stops reading, too.
        """
        if not self.running:
            return
        if self._model.marks_known is not None or self._only_reads:
            self._engine.cancel()
            self._say_stopped()
            self._end()
        else:
            self._only_reads = True
            self._engine.only_read()
            self.reads_on.emit()
            self._messages.info(
                "Nothing will be scored. Photos are still read, so that what you decided on them shows; "
                f"{key_of('album.cancel')} stops that, too."
            )

    @property
    def scores(self) -> bool:
        """Whether scores may still come."""
        return self.running and not self._only_reads

    def _say_stopped(self) -> None:
        if self._model.marks_known is not None:
            self._messages.info("Stopped. What was scored is kept.")
        else:
            self._messages.warn(
                "Stopped before all photos were read: what you decided on the rest is kept, but not shown. "
                f"{key_of('album.again')} reads the album again."
            )

    def shutdown(self) -> None:
        self._engine.shutdown()

    def _end(self) -> None:
        if self.running:
            self.running = False
            self.ended.emit()

    @Slot(int, list)
    def _take(self, job_id: int, events: list[Event]) -> None:
        if job_id != self._model.job:
            return
        self._model.apply(job_id, events)
        for event in events:
            if isinstance(event, MarksRead):
                self._decisions.take(event)
            else:
                self._tell(event)
        if self._only_reads and self._model.marks_known is not None:
            self._end_reading()

    def _end_reading(self) -> None:
        """All that a run which was stopped still had to do is done."""
        if self.running:
            self._engine.cancel()
            self._say_outcome("Stopped. All photos are read; what was scored is kept")
            self._end()
        elif self._model.is_read:
            self._messages.info("All photos were read before the run stopped.")
        self._only_reads = False

    def _tell(self, event: Event) -> None:
        """Tell of an event, unless it says no more than what the model shows already."""
        match event:
            case AlbumListed(photos):
                self.listed.emit(len(photos))
            case ModelsChanged(statuses):
                self.models_changed.emit(statuses)
            case Composed():
                self.composed.emit(event)
            case Selected():
                self._note_order()
            case Progress():
                if self.running:
                    self.progressed.emit(event)
            case Measured(figures):
                self.measured.emit(figures)
            case Notice(text):
                self._messages.warn(wording.as_sentence(text))
            case Finished():
                self._finish(event)

    def _note_order(self) -> None:
        if not self._ordered:
            self._ordered = True
            self.ordered.emit()

    def _finish(self, event: Finished) -> None:
        if self.running and not event.cancelled:
            read = self._model.total - self._model.counts()[Filter.FAILED]
            culled = f"Culled {counted(read, 'photo')} in {event.seconds:.1f} s"
            self._say_outcome(culled, f", {read / max(event.seconds, 0.001):.1f} photos/s")
        self._end()

    def _say_outcome(self, done: str, speed: str = "") -> None:
        """Say that it is done, and of which photos it could not be."""
        count, failed = self._model.total, self._model.counts()[Filter.FAILED]
        if count == 0:
            self._messages.info(f"{self.album} holds no photos that Framepick can read.")
        elif failed == count:
            self._messages.warn(f"None of {count} photos could be read: each says why.")
        elif failed:
            self._messages.warn(
                f"{done}; {failed} could not be read (filter Failed, {key_of('filter.failed')}, says why)."
            )
        else:
            self._messages.info(f"{done}{speed}.")

    @Slot(int, str)
    def _fail(self, job_id: int, text: str) -> None:
        if job_id == self._model.job:
            self._messages.error(text)
            self.broke.emit(text)
            self._end()
