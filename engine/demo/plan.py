"""What the demo album is made of: one line of takes per scene, as a photographer would shoot it.

A take is a kind, and after a slash the file format where it is not plain JPEG:
`sharp`, `motion` (camera shake), `soft` (out of focus), `dark`, `bright`, `noisy`; `ev0`, `ev-2`, `ev+2` of
an exposure bracket; `pano1` to `pano4` of a panorama. Formats: `heic`, `p3` (a JPEG in Display P3),
`dng` (a RAW file beside the JPEG).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST_SHOT = datetime(2026, 6, 13, 9, 12, 4)
PANORAMA_FRAMES = 4


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera of the shoot. `first` is the number of its first file."""

    model: str
    prefix: str
    first: int


@dataclass(frozen=True, slots=True)
class Exposure:
    """Exposure time in seconds, f-number, ISO and focal length in mm."""

    seconds: float
    f_number: float
    iso: int
    focal_length: float


@dataclass(frozen=True, slots=True)
class Scene:
    """One photograph and the takes made of it.

    `aspect` is width by height upright; `centre` places the crop (fractions of the photograph); `turn` is the
    EXIF orientation in which the camera stored it; `second` shows the subject in the later half of the takes.
    """

    source: str
    camera: Camera
    minute: float  # after the first shot
    exposure: Exposure
    megapixels: float
    takes: str
    aspect: float = 3 / 2
    centre: tuple[float, float] = (0.5, 0.5)
    turn: int = 1
    second: str = ""

    @property
    def photographs(self) -> set[str]:
        return {self.source, self.second} - {""}


@dataclass(frozen=True, slots=True)
class Shot:
    """One press of the shutter. `name` is the file name without suffix."""

    name: str
    scene: Scene
    source: str
    kind: str
    format: str
    taken: datetime


_BODY = Camera("FP-1 Body", "IMG_", 1)
_SECOND = Camera("FP-2 Second Body", "DSC_", 101)

SCENES: tuple[Scene, ...] = (
    Scene(
        "astronaut",
        _BODY,
        0,
        Exposure(1 / 200, 2.8, 400, 85),
        5,
        "sharp motion sharp soft sharp dark bright sharp",
        aspect=3 / 4,
        centre=(0.45, 0.5),
    ),
    Scene(
        "grace_hopper",
        _BODY,
        6,
        Exposure(1 / 160, 4.0, 400, 85),
        5,
        "soft sharp sharp noisy dark sharp",
        aspect=3 / 4,
        turn=6,
    ),
    Scene(
        "table", _BODY, 14, Exposure(1 / 125, 5.6, 800, 35), 12, "sharp motion sharp bright sharp soft noisy"
    ),
    Scene(
        "touchline",
        _SECOND,
        25,
        Exposure(1 / 1000, 2.8, 800, 300),
        12,
        "motion sharp sharp soft sharp dark",
        aspect=16 / 9,
    ),
    Scene(
        "street",
        _SECOND,
        41,
        Exposure(1 / 500, 5.6, 200, 35),
        6,
        "sharp bright sharp motion sharp",
        aspect=3 / 4,
        turn=8,
    ),
    Scene("chelsea", _BODY, 58, Exposure(1 / 250, 2.8, 800, 85), 3, "sharp soft sharp motion noisy sharp"),
    Scene("quokka", _SECOND, 73, Exposure(1 / 640, 4.0, 200, 200), 6, "sharp motion sharp dark soft sharp"),
    Scene("coffee", _BODY, 88, Exposure(1 / 80, 2.0, 400, 50), 4, "sharp/heic sharp soft bright sharp/heic"),
    Scene("flower", _SECOND, 97, Exposure(1 / 320, 2.8, 100, 100), 4, "sharp/dng motion sharp/p3 soft dark"),
    Scene(
        "motorcycle_left",
        _SECOND,
        112,
        Exposure(1 / 60, 5.6, 800, 50),
        6,
        "sharp motion sharp noisy sharp bright",
        second="motorcycle_right",
    ),
    Scene(
        "camera",
        _BODY,
        126,
        Exposure(1 / 400, 8.0, 200, 50),
        3,
        "sharp sharp motion dark",
        aspect=4 / 3,
        centre=(0.5, 0.35),
    ),
    Scene("china", _BODY, 151, Exposure(1 / 500, 8.0, 100, 70), 4, "sharp soft sharp bright"),
    Scene(
        "china",
        _BODY,
        153,
        Exposure(1 / 500, 8.0, 100, 135),
        3,
        "pano1 pano2 pano3 pano4",
        aspect=2 / 3,
    ),
    Scene("rocket", _SECOND, 204, Exposure(1 / 4, 4.0, 400, 70), 5, "sharp motion sharp noisy"),
    Scene("rocket", _SECOND, 206, Exposure(1 / 4, 8.0, 400, 70), 5, "ev0 ev-2 ev+2"),
)


def shots() -> Iterator[Shot]:
    """Yield every shot of the album. Names and times do not depend on which photographs can be had."""
    numbers = {scene.camera.prefix: scene.camera.first for scene in SCENES}
    for scene in SCENES:
        taken = FIRST_SHOT + timedelta(minutes=scene.minute)
        pace = random.Random(f"{scene.source} {scene.minute}")
        takes = scene.takes.split()
        for index, take in enumerate(takes):
            kind, _, suffix = take.partition("/")
            source = scene.second if scene.second and index >= len(takes) // 2 else scene.source
            name = f"{scene.camera.prefix}{numbers[scene.camera.prefix]:04d}"
            yield Shot(name, scene, source, kind, suffix or "jpeg", taken)
            numbers[scene.camera.prefix] += 1
            taken += timedelta(milliseconds=_pause(kind, pace))


def _pause(kind: str, pace: random.Random) -> int:
    """Return the milliseconds to the next shot."""
    if kind.startswith("ev"):
        return 600
    return 2000 if kind.startswith("pano") else pace.randrange(350, 2400)
