"""One run over an album, from scan to picks, as a generator of events. Writes no decision."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.album.kept_previews import PreviewCache
from engine.album.scan import album_gone, scan
from engine.album.thumbnails import ThumbnailCache
from engine.errors import PhotoError
from engine.events import (
    AlbumListed,
    CancelToken,
    Composed,
    Event,
    Finished,
    Measured,
    PhotoFailed,
    PhotoScored,
    PhotosInspected,
    Progress,
    Selected,
)
from engine.library.opinions import OpinionStore
from engine.library.prepared import PreparedStore
from engine.library.repair import take_notes
from engine.models.registry import batch_size, build_lineup
from engine.models.status import StatusBoard, log_summary
from engine.paths import DataDir
from engine.settings import Settings
from engine.stages.clock import StageClock
from engine.stages.decoding import Decoder, Frame, decode_in_batches
from engine.stages.inspecting import inspect_all
from engine.stages.judging import Judging
from engine.stages.known_photos import KnownPhotos
from engine.stages.new_files import NewFiles
from engine.stages.remembering import Remembering
from engine.stages.scoring import Scoring
from engine.stages.selecting import Selecting
from engine.stages.telling import Telling
from engine.switches import Regrouped, RoleSwitches, with_switched_off
from engine.telemetry import Telemetry, write_telemetry
from engine.types import Inspected, Photo, Role

log = logging.getLogger(__name__)

SELECT_EVERY = 3.0  # seconds between selections while scoring, at least
SELECT_SHARE = 0.01  # of the run's time that selections on the way may take


@dataclass(frozen=True, slots=True)
class CullJob:
    """What to run. `device` overrides the setting; without `infer` only cached scores are used.

    With `check_new` the photographer's own weights files that were never checked are, once all else is done.
    """

    album: Path
    recursive: bool = False
    without: frozenset[Role] = frozenset()
    device: str | None = None
    infer: bool = True
    tell_models: bool = True  # what models have to say of themselves; of no interest where none is asked
    check_new: bool = False
    switches: RoleSwitches = field(default_factory=RoleSwitches)  # may be turned while it runs
    regrouped: Regrouped = field(default_factory=Regrouped)  # counted up while it runs


def cull(job: CullJob, settings: Settings, data_dir: DataDir, cancel: CancelToken) -> Iterator[Event]:
    """Run scan to picks. Yields events; the last one is Finished.

    Raises UsageError when the album or the device is not there, LibraryError when nothing can be remembered.
    """
    run = _Run(job, settings, data_dir, cancel)
    try:
        yield from run.events()
    finally:
        run.close()


class _Run:
    """The order of one run's steps. What they know is kept by the steps themselves."""

    def __init__(self, job: CullJob, settings: Settings, data_dir: DataDir, cancel: CancelToken) -> None:
        self._job, self._settings, self._data_dir, self._cancel = job, settings, data_dir, cancel
        self._telemetry = telemetry = Telemetry()
        self._lineup = build_lineup(settings, data_dir, job.without, job.device, cancel)
        self._board = board = StatusBoard(self._lineup.statuses)
        self._known = KnownPhotos()
        self._scoring = Scoring(self._lineup, board, telemetry)
        self._remembering = Remembering(data_dir.library, settings.album.portrait, telemetry)
        self._judging = Judging(
            self._lineup.comparator,
            OpinionStore(data_dir.library),
            PreparedStore(data_dir.library),
            board,
            telemetry,
            settings.performance.decode_threads,
        )
        self._selecting = Selecting(
            job.album, settings.album, data_dir.library, job.switches, job.regrouped, telemetry
        )
        self._telling = Telling(board, telemetry)
        self._notes: list[str] = []  # troubles of the run itself
        self._skipped: frozenset[Role] = frozenset()  # roles that were switched off when they were needed

    def close(self) -> None:
        for step in (self._scoring, self._judging, self._remembering, self._selecting):
            step.close()

    def events(self) -> Iterator[Event]:
        log_summary(self._board.statuses())
        with self._telemetry.stage("scan"):
            self._known = KnownPhotos(scan(self._job.album, self._job.recursive))
        yield AlbumListed(self._known.photos)
        yield from self._news()
        yield from self._inspect()
        missing = self._recall()
        yield from self._cached_scores()
        yield from self._select(recall=True)
        if missing and self._job.infer and not self._cancel.cancelled:
            yield from self._score(missing)
            yield from self._select(recall=True)
        if self._job.infer:
            yield from self._judge()
        yield from self._news()
        yield self._composed()
        if self._job.infer and self._job.check_new:
            yield from self._check_new_files()
        yield from self._finish()

    def _inspect(self) -> Iterator[Event]:
        clock = StageClock(len(self._known.photos))
        for batch in inspect_all(self._known.photos, self._telemetry, self._cancel):
            inspected = {i: found for i, found in batch.items() if isinstance(found, Inspected)}
            self._known.take(inspected)
            clock.done += len(batch)
            yield PhotosInspected(inspected)
            yield clock.progress("inspect")
            for photo_id, found in batch.items():
                if isinstance(found, PhotoError):
                    yield self._failed(photo_id, found)

    def _failed(self, photo_id: int, error: PhotoError) -> Event:
        self._known.fail(photo_id, error)
        gone = album_gone(self._job.album)
        if gone and gone not in self._notes:
            self._notes.append(gone)
        return PhotoFailed(photo_id, error.what)

    def _recall(self) -> dict[int, set[Role]]:
        """Take cached scores over; return which roles still have to score which photo."""
        candidates = self._known.candidates
        lacking = self._remembering.recall(self._known, self._scoring.keys, self._board)
        wanted = {photo_id: self._not_off(roles) for photo_id, roles in lacking.items()}
        missing = {i: roles for i, roles in wanted.items() if roles or candidates[i].sketch is None}
        self._telemetry.photos = len(self._known.photos) - len(missing)
        return missing

    def _cached_scores(self) -> Iterator[Event]:
        for candidate in self._known.candidates.values():
            if candidate.scores:
                yield PhotoScored(candidate.photo_id, tuple(candidate.scores.values()))
        yield from self._news()

    def _select(self, *, recall: bool = False) -> Iterator[Event]:
        """Group and rank by what is known; with `recall`, by verdicts of earlier runs too."""
        select = self._selecting.select_with_recall if recall else self._selecting.select
        yield Selected(select(self._known, self._judging))

    def _score(self, missing: dict[int, set[Role]]) -> Iterator[Event]:
        photos = [photo for photo in self._known.in_capture_order() if photo.id in missing]
        clock = StageClock(len(photos))
        selected, selecting = time.monotonic(), SELECT_EVERY
        yield clock.progress("score")
        for frames in self._batches(photos):
            yield from self._score_batch(frames, missing, clock)
            clock.done += len(frames)
            self._telemetry.photos += len(frames)
            yield clock.progress("score")
            due = time.monotonic() - selected > selecting or self._selecting.outdated
            if due and clock.done < clock.total:
                before = time.monotonic()
                yield from self._select()
                selected = time.monotonic()
                selecting = max(SELECT_EVERY, (selected - before) / SELECT_SHARE)

    def _batches(self, photos: Sequence[Photo]) -> Iterator[list[Frame]]:
        size = batch_size(self._settings, self._lineup.device)
        decoder = Decoder(
            ThumbnailCache(self._data_dir.thumbnails),
            PreviewCache(self._data_dir.previews, self._settings.previews.limit),
            self._telemetry,
            self._known.identities,
        )
        threads = self._settings.performance.decode_threads
        return decode_in_batches(photos, decoder, threads, size, self._cancel)

    def _score_batch(
        self, frames: list[Frame], missing: dict[int, set[Role]], clock: StageClock
    ) -> Iterator[Event]:
        for frame in frames:
            if frame.error is not None:
                yield self._failed(frame.photo.id, frame.error)
        wanted = {frame.photo.id: self._not_off(missing[frame.photo.id]) for frame in frames}
        with clock.stopped():
            for done, total in self._scoring.load(frames, wanted, self._cancel):
                yield Progress("load", done, total, 0.0, None)
        new = self._scoring.score(frames, wanted, self._cancel)
        self._remembering.keep(self._known, frames, new, self._scoring.keys)
        inspected = self._known.inspected
        prepared = {inspected[s.photo_id].identity: s.prepared for s in new if s.prepared is not None}
        self._judging.keep(prepared)
        for scored in new:
            candidate = self._known.candidates[scored.photo_id]
            if candidate.error is None:
                yield PhotoScored(scored.photo_id, tuple(candidate.scores.values()))
        yield from self._news()

    def _judge(self) -> Iterator[Event]:
        """Let the comparator decide the close pairs that it has not judged before."""
        pairs = self._judging.missing(self._selecting.close_pairs)
        if not pairs or self._cancel.cancelled or not self._not_off({Role.COMPARATOR}):
            return
        yield self._composed()  # judging takes its time; groups can be changed by hand meanwhile
        photos = {photo.id: photo for photo in self._known.photos}
        clock = StageClock(len({photo for pair in pairs for photo in pair}))
        yield clock.progress("judge")
        batch = batch_size(self._settings, self._lineup.device)
        for looked in self._judging.judge(pairs, photos, self._known.identities, batch, self._cancel):
            clock.done += looked
            yield clock.progress("judge")
            yield from self._news()
            if not self._not_off({Role.COMPARATOR}):
                break  # those that are left are judged when it is on again
        yield from self._select()

    def _not_off(self, roles: set[Role]) -> set[Role]:
        """Return those that are not switched off; remember which of them are."""
        off = self._job.switches.off
        self._skipped |= roles & off
        return roles - off

    def _composed(self) -> Composed:
        return Composed(tuple(self._known.candidates.values()), self._skipped, self._judging.opinions)

    def _check_new_files(self) -> Iterator[Event]:
        files = NewFiles(self._lineup, self._board, self._telemetry, self._data_dir.library)
        for done, total in files.check(self._job.switches, self._cancel):
            yield Progress("check", done, total, 0.0, None)
        yield from self._news()

    def _news(self) -> Iterator[Event]:
        self._notes += take_notes()
        steps = (self._remembering, self._selecting)
        if self._job.tell_models:
            steps = (self._scoring, self._judging, *steps)
        yield from self._telling.news([note for step in steps for note in step.notes()] + self._notes)

    def _finish(self) -> Iterator[Event]:
        statuses = with_switched_off(self._board.statuses(), self._job.switches.off)
        log_summary(statuses)
        figures = self._telemetry.figures(statuses)
        yield Measured(figures)
        try:
            file = write_telemetry(figures, self._data_dir)
        except OSError as error:
            log.warning("The telemetry file cannot be written: %s", error)
            file = None
        yield Finished(self._cancel.cancelled, self._telemetry.seconds, file)
