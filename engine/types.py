"""The words of the program as types: photo, score, group, pick, decision, verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any


class Role(StrEnum):
    """What a model is for."""

    AESTHETIC = "aesthetic"
    QUALITY = "quality"
    PORTRAIT = "portrait"
    COMPARATOR = "comparator"


SCORING_ROLES = (Role.AESTHETIC, Role.QUALITY, Role.PORTRAIT)


class ModelState(StrEnum):
    """Whether a role's model works. ACTIVE only when its scores are in this run's result."""

    ACTIVE = "active"
    IDLE = "idle"
    MISSING = "missing"
    FAILED = "failed"
    DISABLED = "disabled"


class Decision(StrEnum):
    """What the photographer said. Never set by the program."""

    NONE = "none"
    ACCEPT = "accept"
    REJECT = "reject"


class Label(StrEnum):
    """A colour label, by the names that XMP readers know."""

    NONE = "none"
    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"


class SequenceKind(StrEnum):
    """Frames that belong together and are never culled apart."""

    BRACKET = "bracket"
    PANORAMA = "panorama"


@dataclass(frozen=True, slots=True)
class Photo:
    """One shot as found on disk. `files` holds the frame to show first, then its partners (RAW).

    `id` is its place in the natural order of names. `name` is the POSIX path of `files[0]` relative to the
    album; it names the photo everywhere.
    """

    id: int
    name: str
    files: tuple[Path, ...]

    @property
    def path(self) -> Path:
        return self.files[0]


@dataclass(frozen=True, slots=True)
class Marks:
    """All that the photographer said of one photo. Rejecting is a state of its own, apart from stars."""

    decision: Decision = Decision.NONE
    stars: int = 0  # 0..5
    label: Label = Label.NONE
    own_group: str = ""  # shared by photos that were put into one group by hand; empty: by Framepick
    own_pick: bool = False  # chosen as its group's pick by hand

    @property
    def for_others(self) -> Marks:
        """Return what other programs know of, too: the decision, stars and label alone."""
        return Marks(self.decision, self.stars, self.label)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What EXIF says of a photo; None where it is silent. Times are camera-local, without zone."""

    width: int | None = None  # pixels, after EXIF orientation
    height: int | None = None
    captured_at: datetime | None = None  # with sub-seconds when present
    camera: str | None = None
    lens: str | None = None
    exposure_time: float | None = None  # seconds
    f_number: float | None = None
    iso: int | None = None
    focal_length: float | None = None  # mm
    exposure_bias: float | None = None  # EV
    exposure_mode: int | None = None  # EXIF ExposureMode: 0 auto, 1 manual, 2 auto bracket


@dataclass(frozen=True, slots=True)
class Inspected:
    """A photo's content identity and metadata: the result of reading its head and tail once."""

    identity: str  # hex; survives rename and move
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class Face:
    """One face. Box is x, y, width, height as fractions 0..1 of the upright photo.

    `eyes_open` and `smile` are 0..1, or None for "can't tell".
    """

    box: tuple[float, float, float, float]
    eyes_open: float | None
    smile: float | None
    confidence: float  # of the detector, 0..1
    prominent: bool = True  # at least a quarter of the largest face's area


@dataclass(frozen=True, slots=True)
class Score:
    """One model's number for one photo, with the hash of what produced it."""

    role: Role
    value: float  # 0..1, higher is better
    raw: float | None  # the model's own scale (AVA: 1..10), None where there is none
    details: dict[str, Any] = field(default_factory=dict)  # JSON-ready
    sha256: str | None = None  # of the checkpoint; None for rules
    cached: bool = False
    faces: tuple[Face, ...] = ()  # portrait only


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What is known of one role's model. Counts are of the current run."""

    role: Role
    name: str
    state: ModelState
    embedded_default: bool = False
    checkpoint: str | None = None  # path of the weights file
    sha256: str | None = None
    device: str | None = None
    runtime: str | None = None
    scored: int = 0
    cached: int = 0
    failed: int = 0
    reason: str | None = None  # why it is not active, or what is not as it should be
    warning: str | None = None  # what the last self-test of this very file found wrong with it


@dataclass(frozen=True, slots=True)
class Verdict:
    """A preference on a close pair of photo ids. `winner` None means "can't tell"."""

    a: int
    b: int
    winner: int | None
    confidence: float  # 0.5..1
    source: str  # "composite", or the comparator's name
    sha256: str | None = None
    awaited: bool = False  # by composite for now: a comparator is at work that was not asked about this pair


@dataclass(frozen=True, slots=True)
class Ranked:
    """A photo's place in the selection."""

    photo_id: int
    group: int
    rank: int  # 0 is the group's best
    pick: bool
    composite: float | None
    composite_of: tuple[Role, ...]
    reasons: tuple[str, ...]
    sequence: SequenceKind | None = None
    own_group: bool = False  # the group was made by the photographer
    own_pick: bool = False  # a pick because the photographer said so
    comparison: str = ""  # the one of the reasons that a comparator gave, if any


@dataclass(frozen=True, slots=True)
class Selection:
    """Groups and picks of a whole album: `order` is the order to show photos in, groups together."""

    order: tuple[int, ...]
    ranked: dict[int, Ranked]
    verdicts: tuple[Verdict, ...] = ()
