"""Asks the comparator about close pairs.

What it kept of photos when they were scored is enough; other photos are decoded again and looked at once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.album.decode import decode
from engine.comparing.base import Comparator, Opinion, Prepared
from engine.errors import LibraryError, ModelError, PhotoError
from engine.events import CancelToken, JobCancelled
from engine.library.opinions import OpinionStore
from engine.library.prepared import PreparedStore
from engine.models.status import StatusBoard
from engine.selection.opinions import Opinions, Pair
from engine.stages.decoding import Frame, decode_in_batches
from engine.stages.scoring import log_loaded
from engine.telemetry import Telemetry
from engine.types import Photo, Role

log = logging.getLogger(__name__)

PAIRS_AT_ONCE = 256  # between two looks at the cancel token; some 20 ms


@dataclass(frozen=True, slots=True)
class _Again:
    """Decodes photos once more, for the comparator alone."""

    telemetry: Telemetry

    def frame(self, photo: Photo) -> Frame:
        try:
            with self.telemetry.stage("decode for comparator"):
                return Frame(photo, decode(photo), None)
        except PhotoError as error:
            return Frame(photo, None, None, error)


class Judging:
    """The comparator of a run and what it said. It is loaded when the first pair needs it."""

    def __init__(
        self,
        comparator: Comparator | None,
        store: OpinionStore,
        kept: PreparedStore,
        board: StatusBoard,
        telemetry: Telemetry,
        decode_threads: int,
    ) -> None:
        self._comparator = comparator
        self._threads = decode_threads
        self._store, self._kept, self._board, self._telemetry = store, kept, board, telemetry
        self._loaded = False
        self._notes: list[str] = []
        self._by_pair: dict[Pair, Opinion] = {}
        self._unanswered: set[Pair] = set()
        self._source = comparator.info.name if comparator else ""
        self._sha256 = comparator.info.sha256 if comparator else None

    @property
    def opinions(self) -> Opinions:
        """All that is known so far."""
        unanswered, asking = frozenset(self._unanswered), self._comparator is not None
        return Opinions(self._source, self._sha256, dict(self._by_pair), unanswered, asking)

    def notes(self) -> list[str]:
        """What the photographer should know, such as a fallback from GPU to CPU."""
        note = self._comparator.info.note if self._comparator else None
        return [*self._notes, note] if note else list(self._notes)

    def close(self) -> None:
        if self._comparator is not None:
            self._comparator.close()
        self._store.close()
        self._kept.close()

    def keep(self, prepared: Mapping[str, Prepared]) -> None:
        """Remember what the comparator keeps of photos, by identity."""
        if self._comparator is None or self._sha256 is None or not prepared:
            return
        try:
            with self._telemetry.stage("write what is kept", len(prepared)):
                self._kept.write(prepared, self._sha256, self._comparator.opinion_version)
        except LibraryError as error:
            self._notes.append(f"{error} The result is right, but close pairs have to be looked at again.")

    def recall(self, pairs: Sequence[Pair], identities: Mapping[int, str]) -> bool:
        """Take over cached opinions on these pairs; return whether there were any new ones."""
        missing = self.missing(pairs)
        if self._comparator is None or self._sha256 is None or not missing:
            return False
        keys = {pair: (identities[pair[0]], identities[pair[1]]) for pair in missing}
        with self._telemetry.stage("read verdicts", len(keys)):
            cached = self._store.read(list(keys.values()), self._sha256, self._comparator.opinion_version)
        found = {pair: cached[key] for pair, key in keys.items() if key in cached}
        self._by_pair |= found
        self._board.count(Role.COMPARATOR, cached=len(found))
        return bool(found)

    def missing(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Return the pairs that the comparator, if there is one, has not judged yet."""
        if self._comparator is None:
            return []
        return [(a, b) for a, b in pairs if (a, b) not in self._by_pair and (b, a) not in self._by_pair]

    def judge(
        self,
        pairs: Sequence[Pair],
        photos: Mapping[int, Photo],
        identities: Mapping[int, str],
        batch_size: int,
        cancel: CancelToken,
    ) -> Iterator[int]:
        """Judge pairs, all of one group in a row; yield after each batch how many photos are done with.

        Photos of which nothing is kept are decoded again and looked at. Pairs whose photos cannot be read,
        and pairs that are left when the comparator fails or the run is cancelled, have no opinion.
        """
        asked = dict.fromkeys(photo for pair in pairs for photo in pair)
        prepared = self._recalled(asked, identities)
        looking = [photos[i] for i in asked if i not in prepared]
        waiting = [(a, b) for a, b in pairs if a not in prepared or b not in prepared]
        ready = [(a, b) for a, b in pairs if a in prepared and b in prepared]
        yield from self._judge_kept(ready, prepared, identities, cancel)
        _forget(prepared, waiting)
        if not looking or not self._ready(cancel):
            return
        # On a CPU batches save no time, and a run that is cancelled waits for the batch at work.
        size = 1 if self._comparator and self._comparator.info.device == "cpu" else batch_size
        try:
            for frames in decode_in_batches(looking, _Again(self._telemetry), self._threads, size, cancel):
                prepared |= self._prepare(frames)
                waiting = self._compare(waiting, prepared, identities)
                _forget(prepared, waiting)
                yield len(frames)
        except ModelError as error:
            self._fail(error)

    def _recalled(self, photos: Iterable[int], identities: Mapping[int, str]) -> dict[int, Prepared | None]:
        """Return what the comparator kept of these photos when they were scored."""
        if self._comparator is None or self._sha256 is None:
            return {}
        wanted = {photo: identities[photo] for photo in photos}
        with self._telemetry.stage("read what was kept", len(wanted)):
            kept = self._kept.read(list(wanted.values()), self._sha256, self._comparator.opinion_version)
        return {photo: kept[identity] for photo, identity in wanted.items() if identity in kept}

    def _judge_kept(
        self,
        pairs: Sequence[Pair],
        kept: Mapping[int, Prepared | None],
        identities: Mapping[int, str],
        cancel: CancelToken,
    ) -> Iterator[int]:
        """Judge the pairs of which both photos were looked at before: no network is needed."""
        for start in range(0, len(pairs), PAIRS_AT_ONCE):
            if cancel.cancelled:
                return
            self._compare(pairs[start : start + PAIRS_AT_ONCE], kept, identities)
            self._note_loaded()
            yield 0
        if kept:
            yield len(kept)

    def _ready(self, cancel: CancelToken) -> bool:
        comparator = self._comparator
        if comparator is None or cancel.cancelled:
            return False
        try:
            with self._telemetry.stage(f"load {Role.COMPARATOR}"):
                comparator.load()
        except JobCancelled:
            return False
        except ModelError as error:
            self._fail(error)
            return False
        self._note_loaded()
        return True

    def _note_loaded(self) -> None:
        if self._comparator is not None and not self._loaded:
            self._loaded = True
            self._board.place(self._comparator.info)
            log_loaded(self._comparator.info)

    def _prepare(self, frames: Sequence[Frame]) -> dict[int, Prepared | None]:
        assert self._comparator is not None
        for frame in frames:
            if frame.error is not None:
                log.warning("The comparator could not look at %s: %s", frame.error.path, frame.error.what)
        images = {frame.photo.id: frame.decoded for frame in frames if frame.decoded is not None}
        with self._telemetry.stage("prepare comparator", len(images)):
            features = self._comparator.prepare(list(images.values()))
        self._board.place(self._comparator.info)
        none: dict[int, Prepared | None] = {frame.photo.id: None for frame in frames}
        return none | dict(zip(images, features, strict=True))

    def _compare(
        self,
        waiting: Sequence[Pair],
        prepared: Mapping[int, Prepared | None],
        identities: Mapping[int, str],
    ) -> list[Pair]:
        """Judge the pairs whose photos are both prepared; return those that still wait."""
        ready = [pair for pair in waiting if pair[0] in prepared and pair[1] in prepared]
        new: dict[Pair, Opinion] = {}
        with self._telemetry.stage("compare", len(ready)):
            for a, b in ready:
                opinion = self._opinion(prepared[a], prepared[b])
                if opinion is not None:
                    new[a, b] = opinion
                else:
                    self._unanswered.add((a, b))
        self._by_pair |= new
        self._board.count(Role.COMPARATOR, scored=len(new))
        self._remember({(identities[a], identities[b]): opinion for (a, b), opinion in new.items()})
        done = set(ready)
        return [pair for pair in waiting if pair not in done]

    def _opinion(self, first: Prepared | None, second: Prepared | None) -> Opinion | None:
        assert self._comparator is not None
        try:
            if first is None or second is None:
                raise ModelError("a photo of a close pair could not be read")
            return self._comparator.compare(first, second)
        except ModelError as error:
            self._board.count(Role.COMPARATOR, failed=1, error=str(error))
            return None

    def _remember(self, opinions: Mapping[tuple[str, str], Opinion]) -> None:
        assert self._comparator is not None
        if not opinions or self._sha256 is None:
            return
        try:
            self._store.write(opinions, self._sha256, self._comparator.opinion_version)
        except LibraryError as error:
            self._notes.append(f"{error} The result is right, but the next run has to compare again.")

    def _fail(self, error: ModelError) -> None:
        """The comparator will judge no more; the composite decides what it has not judged."""
        self._board.fail(Role.COMPARATOR, f"{error} Close pairs are decided by composite.")
        if self._comparator is not None:
            self._comparator.close()
        self._comparator = None


def _forget(prepared: dict[int, Prepared | None], waiting: Sequence[Pair]) -> None:
    """Drop what no waiting pair needs any more."""
    needed = {photo for pair in waiting for photo in pair}
    for photo in [photo for photo in prepared if photo not in needed]:
        del prepared[photo]
