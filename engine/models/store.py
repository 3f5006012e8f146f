"""Puts one weights file in its place: verified while it is copied, then moved there in one step."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from engine.errors import InstallError
from engine.models.archives import UNREADABLE, Candidate
from engine.models.manifest import Weights

CHUNK = 1024 * 1024


class HashMismatchError(InstallError):
    """A candidate is not the file that the manifest states."""


def store(candidate: Candidate, weights: Weights, models_dir: Path, on_bytes: Callable[[int], None]) -> None:
    """Copy a candidate beside its place, hash it on the way, and move it there only if it is right.

    Its licence is written beside it. Raises HashMismatchError; OSError when it cannot be written.
    """
    target = models_dir / weights.file
    _remove_stale_parts(target)
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        found = _copy(candidate, part, weights, on_bytes)
        if found != weights.sha256:
            raise HashMismatchError(mismatch(candidate.where, found, weights))
        licence = target.with_name(f"{target.name}.licence.txt")
        licence.write_text(_licence_note(weights, candidate), encoding="utf-8")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def mismatch(where: str, found: str, weights: Weights) -> str:
    """Return the sentence that a file is not the one that the manifest states."""
    return f"{where} is not {weights.file}: its SHA-256 is {found}, expected {weights.sha256}."


def _copy(candidate: Candidate, part: Path, weights: Weights, on_bytes: Callable[[int], None]) -> str:
    digest = hashlib.sha256()
    done = 0
    with part.open("wb") as out:
        for chunk in _chunks(candidate, limit=weights.bytes):
            digest.update(chunk)
            out.write(chunk)
            done += len(chunk)
            on_bytes(done)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _chunks(candidate: Candidate, limit: int) -> Iterator[bytes]:
    """Yield the candidate's bytes; stops one chunk past `limit`, whatever the archive may go on giving."""
    done = 0
    try:
        with candidate.open() as stream:
            while done <= limit and (chunk := stream.read(CHUNK)):
                done += len(chunk)
                yield chunk
    except UNREADABLE as error:
        raise HashMismatchError(f"{candidate.where} is damaged: {error}.") from error


def _remove_stale_parts(target: Path) -> None:
    """Remove what killed installs left; the part of an install that still runs stays."""
    for part in target.parent.glob(f"{target.name}.*.part"):
        pid = part.name.split(".")[-2]
        if not pid.isdigit() or not psutil.pid_exists(int(pid)):
            part.unlink(missing_ok=True)


def _licence_note(weights: Weights, candidate: Candidate) -> str:
    note = (
        f"{weights.file}: {weights.title}\n"
        f"Licence of these weights: {weights.licence} (https://spdx.org/licenses/{weights.licence}.html)\n"
        f"Origin: {weights.origin}\n"
        f"SHA-256: {weights.sha256}\n"
        f"Taken from: {candidate.where}\n"
    )
    if candidate.licence:
        note += "\nText that came with it (the licence of a package is about the package's own code):\n\n"
        note += candidate.licence
    return note
