"""ExifTool, an external program: puts a packet of XMP into a copy of a photo file.

It gets the files as its standard input and output and never sees a name but that of the packet, which is
ours: so no name can be taken for an option, a pattern or another character set.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from engine.errors import SidecarError, UsageError

LEAST_VERSION = (12, 24)  # older ones run code from a hostile file (CVE-2021-22204)
_PATIENCE = 120.0  # seconds for one file
_NO_CONFIG = ("-config", "")  # a configuration file is a program; has to come first


class ExifToolError(UsageError):
    """ExifTool is not installed, or too old."""


@dataclass(frozen=True, slots=True)
class ExifTool:
    """An ExifTool that can be used."""

    program: str

    def copy_with_packet(self, source: Path, part: Path, packet: Path) -> None:
        """Write to `part`, a new file, what `source` is with the XMP in `packet` in it; flushed to disk.

        Raises SidecarError when ExifTool will not, OSError when the disk will not.
        """
        command = [self.program, *_NO_CONFIG, f"-XMP:XMP<={packet.name}", "-o", "-", "-"]
        with source.open("rb") as reading, part.open("xb") as writing:
            done = _run(command, packet.parent, reading.fileno(), writing.fileno())
            os.fsync(writing.fileno())
        if done.returncode != 0:
            raise SidecarError(f"ExifTool will not write into it: {_said(done.stderr)}")


def find_exiftool() -> ExifTool:
    """Return the ExifTool that is installed. Raises ExifToolError saying what to do."""
    program = shutil.which("exiftool")
    if program is None:
        raise ExifToolError(
            "Nothing was written: writing into photos needs ExifTool, which is not installed. Get it from "
            "exiftool.org (Debian and Ubuntu: apt install libimage-exiftool-perl; macOS: brew install "
            "exiftool), or write sidecars."
        )
    version = _version_of(program)
    if _as_numbers(version) < LEAST_VERSION:
        least = ".".join(map(str, LEAST_VERSION))
        raise ExifToolError(
            f"Nothing was written: {program} is version {version or 'unknown'}, and writing into photos "
            f"needs {least} or later. Get it from exiftool.org, or write sidecars."
        )
    return ExifTool(program)


def missing_exiftool() -> str:
    """Return why ExifTool cannot be used, or nothing."""
    try:
        find_exiftool()
    except ExifToolError as error:
        return str(error)
    return ""


def _version_of(program: str) -> str:
    try:
        done = subprocess.run([program, *_NO_CONFIG, "-ver"], capture_output=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("ascii", "replace").strip()


def _as_numbers(version: str) -> tuple[int, ...]:
    parts = version.split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()


def _run(command: list[str], folder: Path, reading: int, writing: int) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            command, cwd=folder, stdin=reading, stdout=writing, stderr=subprocess.PIPE, timeout=_PATIENCE
        )
    except subprocess.TimeoutExpired:
        raise SidecarError(f"ExifTool was not done with it after {_PATIENCE:.0f} seconds") from None


def _said(stderr: bytes) -> str:
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    words = next((line for line in lines if line.startswith("Error")), lines[0] if lines else "no reason")
    return words.removeprefix("Error: ").removesuffix(" - -").strip()
