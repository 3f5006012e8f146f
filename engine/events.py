"""What the pipeline tells while it works. Plain frozen values: no Qt, safe to hand between threads."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from engine.selection.candidate import Candidate
from engine.selection.opinions import Opinions
from engine.telemetry import Figures
from engine.types import Inspected, Marks, ModelStatus, Photo, Role, Score, Selection


class CancelToken:
    """Asks one job to stop, at once or as soon as it has read all photos. A new job gets a new token."""

    def __init__(self) -> None:
        self._cancelled, self._abandoned = threading.Event(), threading.Event()

    def cancel(self) -> None:
        """Ask it to stop at its next step."""
        self._abandoned.set()
        self._cancelled.set()

    def only_read(self) -> None:
        """Ask it to read all photos, so that the marks on them are known, and to score none."""
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        """Whether it is to do no more than read."""
        return self._cancelled.is_set()

    @property
    def abandoned(self) -> bool:
        """Whether it is to do no more at all."""
        return self._abandoned.is_set()


class JobCancelled(Exception):  # noqa: N818 - no error: it was asked for
    """Raised inside a long step of a job that was asked to stop."""


@dataclass(frozen=True, slots=True)
class AlbumListed:
    """The folder was scanned: all photos, in name order, before any was opened."""

    photos: tuple[Photo, ...]


@dataclass(frozen=True, slots=True)
class PhotosInspected:
    """Identity and metadata of a batch of photos, by photo id."""

    inspected: dict[int, Inspected]


@dataclass(frozen=True, slots=True)
class PhotoScored:
    """All component scores that one photo has (cached ones included)."""

    photo_id: int
    scores: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class PhotoFailed:
    """A photo that cannot be read, and why."""

    photo_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class ModelsChanged:
    """Status of every role, after any of them changed (state or counts)."""

    statuses: tuple[ModelStatus, ...]


@dataclass(frozen=True, slots=True)
class MarksRead:
    """What the library knew of the photographer's marks, by photo id; photos without any are left out.

    `trouble` says why they could not be read.
    """

    marks: dict[int, Marks]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Selected:
    """Groups and picks as of now. Later ones replace earlier ones; the last one is final."""

    selection: Selection


@dataclass(frozen=True, slots=True)
class Composed:
    """All that the selection was made of, just before the end: recomposing it runs no model. Read only.

    `skipped` are roles that were switched off while photos had no score of theirs.
    """

    candidates: tuple[Candidate, ...]
    skipped: frozenset[Role] = frozenset()
    opinions: Opinions = field(default_factory=Opinions)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is. `seconds_left` is None until it can be told."""

    stage: str  # a key of engine/progress.py::STAGES; "load" counts models, the others count photos
    done: int
    total: int
    photos_per_s: float  # 0 where it is not measured
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class Measured:
    """Times and counts of the run so far; the last ones are those of the telemetry file."""

    figures: Figures


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the photographer should know, such as a fallback from GPU to CPU."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The run is over. `cancelled` when it was stopped early."""

    cancelled: bool
    seconds: float
    telemetry_file: str | None


Event = (
    AlbumListed
    | PhotosInspected
    | PhotoScored
    | PhotoFailed
    | ModelsChanged
    | MarksRead
    | Selected
    | Composed
    | Progress
    | Measured
    | Notice
    | Finished
)
