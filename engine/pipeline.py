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
from engine.errors import LibraryError, PhotoError
from engine.events import (
    AlbumListed,
    CancelToken,
    Composed,
    Event,
    Finished,
    Measured,
    ModelsChanged,
    Notice,
    PhotoFailed,
    PhotoScored,
    PhotosInspected,
    Progress,
    Selected,
)
from engine.library.decisions import DecisionStore
from engine.library.marks import PhotoKey
from engine.library.opinions import OpinionStore
from engine.library.prepared import PreparedStore
from engine.library.repair import take_notes
from engine.library.scores import CachedScore, ScoreStore
from engine.models.registry import batch_size, build_lineup
from engine.models.status import StatusBoard, log_summary
from engine.paths import DataDir
from engine.scoring.composite import with_portrait_rules
from engine.selection.candidate import Candidate
from engine.selection.difference import opinions_without, without_roles
from engine.selection.opinions import Pair
from engine.selection.picks import select
from engine.settings import Settings
from engine.stages.decoding import Decoder, Frame, decode_in_batches
from engine.stages.inspecting import inspect_all
from engine.stages.judging import Judging
from engine.stages.new_files import NewFiles
from engine.stages.scoring import FrameScores, Scoring
from engine.switches import Regrouped, RoleSwitches, with_switched_off
from engine.telemetry import Telemetry, write_telemetry
from engine.types import Inspected, Marks, Photo, Role, Score, Selection

log = logging.getLogger(__name__)

SELECT_EVERY = 3.0  # seconds between selections while scoring, at least
MEASURE_EVERY = 0.5  # seconds between figures for the screen
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


@dataclass(slots=True)
class _Clock:
    """Speed and time left of the scoring stage."""

    total: int
    done: int = 0
    started: float = field(default_factory=time.monotonic)

    def progress(self, stage: str) -> Progress:
        elapsed = max(time.monotonic() - self.started, 1e-6)
        speed = self.done / elapsed
        left = (self.total - self.done) / speed if self.done else None
        return Progress(stage, self.done, self.total, speed, left)


class _Run:
    """The state of one run."""

    def __init__(self, job: CullJob, settings: Settings, data_dir: DataDir, cancel: CancelToken) -> None:
        self._job, self._settings, self._data_dir, self._cancel = job, settings, data_dir, cancel
        self._telemetry = Telemetry()
        self._lineup = build_lineup(settings, data_dir, job.without, job.device, cancel)
        self._board = StatusBoard(self._lineup.statuses)
        self._scoring = Scoring(self._lineup, self._board, self._telemetry)
        self._store = ScoreStore(data_dir.library)
        self._decisions = DecisionStore(data_dir.library)
        self._judging = Judging(
            self._lineup.comparator,
            OpinionStore(data_dir.library),
            PreparedStore(data_dir.library),
            self._board,
            self._telemetry,
            settings.performance.decode_threads,
        )
        self._close: list[Pair] = []  # close pairs of the last selection
        self._photos: tuple[Photo, ...] = ()
        self._inspected: dict[int, Inspected] = {}
        self._candidates: dict[int, Candidate] = {}
        self._notes: list[str] = []  # troubles of the run itself
        self._told: set[str] = set()
        self._skipped: frozenset[Role] = frozenset()
        self._selected_off: frozenset[Role] = frozenset()
        self._keys: list[PhotoKey] = []
        self._regrouped = 0  # as it was at the last selection
        self._measured = 0.0  # when figures were told last

    def close(self) -> None:
        self._scoring.close()
        self._judging.close()
        self._store.close()
        self._decisions.close()

    def events(self) -> Iterator[Event]:
        log_summary(self._board.statuses())
        with self._telemetry.stage("scan"):
            self._photos = scan(self._job.album, self._job.recursive)
        self._candidates = {p.id: Candidate(p.id, p.name) for p in self._photos}
        yield AlbumListed(self._photos)
        yield from self._model_changes()
        yield from self._inspect()
        missing = self._read_cache()
        self._telemetry.photos = len(self._photos) - len(missing)
        yield from self._cached_scores()
        yield from self._select(recall=True)
        if missing and self._job.infer:
            yield from self._score(missing)
            yield from self._select(recall=True)
        if self._job.infer:
            yield from self._judge()
        yield from self._model_changes()
        yield self._composed()
        if self._job.infer and self._job.check_new:
            yield from self._check_new_files()
        yield from self._finish()

    def _inspect(self) -> Iterator[Event]:
        clock = _Clock(len(self._photos))
        for batch in inspect_all(self._photos, self._telemetry, self._cancel):
            inspected = {i: found for i, found in batch.items() if isinstance(found, Inspected)}
            for photo_id, found in inspected.items():
                self._candidates[photo_id].metadata = found.metadata
            self._inspected.update(inspected)
            clock.done += len(batch)
            yield PhotosInspected(inspected)
            yield clock.progress("inspect")
            for photo_id, found in batch.items():
                if isinstance(found, PhotoError):
                    yield self._failed(photo_id, found)

    def _failed(self, photo_id: int, error: PhotoError) -> Event:
        candidate = self._candidates[photo_id]
        candidate.error = error.what
        candidate.scores.clear()  # of a file that can no longer be read, cached scores say nothing
        log.warning("Could not read %s: %s", error.path, error.what)
        gone = album_gone(self._job.album)
        if gone and gone not in self._notes:
            self._notes.append(gone)
        return PhotoFailed(photo_id, error.what)

    def _read_cache(self) -> dict[int, set[Role]]:
        """Fill in cached scores; return which roles still have to score which photo."""
        keys = self._scoring.keys
        identities = [found.identity for found in self._inspected.values()]
        with self._telemetry.stage("read cache", len(identities)):
            cached = self._store.read(identities, keys.values())
            sketches = self._store.read_sketches(identities)
        missing: dict[int, set[Role]] = {}
        for photo_id, found in self._inspected.items():
            candidate = self._candidates[photo_id]
            candidate.sketch = sketches.get(found.identity)
            for entry in cached[found.identity].values():
                self._take(candidate, entry.score, entry)
                self._board.count(entry.score.role, cached=1)
            lacking = self._not_off({role for role in keys if role not in candidate.scores})
            if lacking or candidate.sketch is None:
                missing[photo_id] = lacking
        return missing

    def _not_off(self, roles: set[Role]) -> set[Role]:
        """Return those that are not switched off; remember which of them are."""
        off = self._job.switches.off
        self._skipped |= roles & off
        return roles - off

    def _take(self, candidate: Candidate, score: Score, entry: CachedScore) -> None:
        if score.role is Role.PORTRAIT:
            score = with_portrait_rules(score, self._settings.album.portrait)
        candidate.scores[score.role] = score
        if entry.features is not None:
            candidate.features = entry.features

    def _cached_scores(self) -> Iterator[Event]:
        for candidate in self._candidates.values():
            if candidate.scores:
                yield PhotoScored(candidate.photo_id, tuple(candidate.scores.values()))
        yield from self._model_changes()

    def _select(self, *, recall: bool = False) -> Iterator[Event]:
        """Group and rank by what is known; with `recall`, by verdicts of earlier runs too."""
        selection = self._selection()
        self._close = [(verdict.a, verdict.b) for verdict in selection.verdicts]
        if recall and self._judging.recall(self._close, self._identities()):
            selection = self._selection()
        yield Selected(selection)

    def _selection(self) -> Selection:
        self._selected_off = off = self._job.switches.off
        self._regrouped = self._job.regrouped.count
        with self._telemetry.stage("select"):
            self._read_own_groups()
            candidates = without_roles(tuple(self._candidates.values()), off)
            return select(candidates, self._settings.album, opinions_without(self._judging.opinions, off))

    def _read_own_groups(self) -> None:
        """Take over what the photographer grouped or picked by hand, also while this run is at work."""
        if not self._keys:
            known = self._inspected
            self._keys = [PhotoKey.of(p, known[p.id]) for p in self._photos if p.id in known]
        try:
            own = self._decisions.own_groups(self._job.album, self._keys)
        except LibraryError as error:
            self._notes.append(f"{error} Groups are as they were known before.")
            return
        for photo_id, candidate in self._candidates.items():
            marks = own.get(photo_id, Marks())
            candidate.own_group, candidate.own_pick = marks.own_group, marks.own_pick

    def _identities(self) -> dict[int, str]:
        return {photo_id: found.identity for photo_id, found in self._inspected.items()}

    def _judge(self) -> Iterator[Event]:
        """Let the comparator decide the close pairs that it has not judged before."""
        pairs = self._judging.missing(self._close)
        if not pairs or self._cancel.cancelled or self._comparator_is_off():
            return
        yield self._composed()  # judging takes its time; groups can be changed by hand meanwhile
        photos = {photo.id: photo for photo in self._photos}
        clock = _Clock(len({photo for pair in pairs for photo in pair}))
        yield clock.progress("judge")
        batch = batch_size(self._settings, self._lineup.device)
        for looked in self._judging.judge(pairs, photos, self._identities(), batch, self._cancel):
            clock.done += looked
            yield clock.progress("judge")
            yield from self._model_changes()
            if self._comparator_is_off():
                break
        yield from self._select()

    def _composed(self) -> Composed:
        return Composed(tuple(self._candidates.values()), self._skipped, self._judging.opinions)

    def _comparator_is_off(self) -> bool:
        """Whether it was switched off while pairs wait for it; they are judged when it is on again."""
        if Role.COMPARATOR not in self._job.switches.off:
            return False
        self._skipped |= {Role.COMPARATOR}
        return True

    def _score(self, missing: dict[int, set[Role]]) -> Iterator[Event]:
        photos = [p for p in self._photos if p.id in missing]
        clock = _Clock(len(photos))
        selected, selecting = time.monotonic(), SELECT_EVERY
        for frames in self._batches(photos):
            yield from self._score_batch(frames, missing)
            clock.done += len(frames)
            self._telemetry.photos += len(frames)
            yield clock.progress("score")
            due = time.monotonic() - selected > selecting or self._turned()
            if due and clock.done < clock.total:
                before = time.monotonic()
                yield from self._select()
                selected = time.monotonic()
                selecting = max(SELECT_EVERY, (selected - before) / SELECT_SHARE)

    def _turned(self) -> bool:
        """Whether a role was switched or a group changed by hand since the last selection."""
        job = self._job
        return self._selected_off != job.switches.off or self._regrouped != job.regrouped.count

    def _batches(self, photos: Sequence[Photo]) -> Iterator[list[Frame]]:
        size = batch_size(self._settings, self._lineup.device)
        decoder = Decoder(
            ThumbnailCache(self._data_dir.thumbnails),
            PreviewCache(self._data_dir.previews, self._settings.previews.limit),
            self._telemetry,
            self._identities(),
        )
        threads = self._settings.performance.decode_threads
        return decode_in_batches(photos, decoder, threads, size, self._cancel)

    def _score_batch(self, frames: list[Frame], missing: dict[int, set[Role]]) -> Iterator[Event]:
        for frame in frames:
            if frame.error is not None:
                yield self._failed(frame.photo.id, frame.error)
        wanted = {frame.photo.id: self._not_off(missing[frame.photo.id]) for frame in frames}
        new = self._scoring.score(frames, wanted, self._cancel)
        self._remember(frames, new)
        for scored in new:
            candidate = self._candidates[scored.photo_id]
            if candidate.error is None:
                yield PhotoScored(scored.photo_id, tuple(candidate.scores.values()))
        yield from self._model_changes()

    def _remember(self, frames: list[Frame], new: list[FrameScores]) -> None:
        """Put new scores into the candidates and into the library, in one transaction per batch."""
        versions = self._scoring.keys
        entries: list[tuple[str, str, CachedScore]] = []
        for scored in new:
            candidate = self._candidates[scored.photo_id]
            identity = self._inspected[scored.photo_id].identity
            for role, score in scored.scores.items():
                features = scored.features if role is Role.AESTHETIC else None
                entry = CachedScore(score, features)
                self._take(candidate, score, entry)
                entries.append((identity, versions[role].version, entry))
        sketches = {self._inspected[f.photo.id].identity: f.sketch for f in frames if f.sketch is not None}
        for frame in frames:
            self._candidates[frame.photo.id].sketch = frame.sketch
        try:
            with self._telemetry.stage("write cache", len(frames)):
                self._store.write(entries)
                self._store.write_sketches(sketches)
                self._judging.keep(
                    {self._inspected[s.photo_id].identity: s.prepared for s in new if s.prepared is not None}
                )
        except LibraryError as error:
            self._notes.append(f"{error} The result is right, but the next run has to score again.")

    def _model_changes(self) -> Iterator[Event]:
        changed = self._board.changed()
        if changed is not None:
            yield ModelsChanged(changed)
        yield from self._measure()
        self._notes += take_notes()
        for note in self._scoring.notes() + self._judging.notes() + self._notes:
            if note not in self._told:
                self._told.add(note)
                log.warning("%s", note)
                yield Notice(note)

    def _check_new_files(self) -> Iterator[Event]:
        files = NewFiles(self._lineup, self._board, self._telemetry, self._data_dir.library)
        for done, total in files.check(self._job.switches, self._cancel):
            yield Progress("check", done, total, 0.0, None)
        yield from self._model_changes()

    def _measure(self) -> Iterator[Event]:
        if time.monotonic() - self._measured > MEASURE_EVERY:
            self._measured = time.monotonic()
            yield Measured(self._telemetry.figures(self._board.statuses()))

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
