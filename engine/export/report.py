"""How far an export is, and what it did and did not do, in words."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.export.plan import How
from engine.words import counted

REPORT_EVERY = 0.1  # seconds
LONGEST_NAME = 48  # characters of a file name beside the progress
NAMED = 20  # files that failed are named in a summary


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """How far an export is. `seconds_left` is None until it can be told."""

    done: int
    total: int
    bytes_done: int
    current: str
    bytes_total: int = 0
    bytes_per_s: float = 0.0
    seconds_left: float | None = None


@dataclass(slots=True)
class ExportClock:
    """Counts files and bytes, and tells `report` at most ten times a second, and at the end."""

    total: int
    bytes_total: int
    report: Callable[[ExportProgress], None]
    done: int = 0
    bytes_done: int = 0
    current: str = ""
    _started: float = field(default_factory=lambda: time.monotonic())
    _told: float = 0.0

    def begin(self, name: str) -> None:
        self.current = name
        self.tell()

    def moved(self, count: int) -> None:
        """Take note of copied bytes."""
        self.bytes_done += count
        if time.monotonic() - self._told > REPORT_EVERY:
            self.tell()

    def tell(self) -> None:
        self._told = time.monotonic()
        elapsed = max(self._told - self._started, 1e-6)
        speed = self.bytes_done / elapsed
        left = max(0, self.bytes_total - self.bytes_done) / speed if speed else None
        self.report(
            ExportProgress(
                self.done, self.total, self.bytes_done, self.current, self.bytes_total, speed, left
            )
        )


@dataclass(frozen=True, slots=True)
class ListsReport:
    """Which lists and small pictures there are now, and what was not made, and why."""

    lists: tuple[Path, ...]
    small: tuple[Path, ...]
    failed: tuple[tuple[Path, str], ...] = ()
    cancelled: bool = False  # before all were made

    @property
    def complete(self) -> bool:
        return not (self.failed or self.cancelled)

    def summary(self) -> str:
        parts = [f"Wrote {path}." for path in self.lists]
        if self.small:
            count = len(self.small)
            parts.append(f"Wrote {counted(count, 'small JPEG')} to {self.small[0].parent}.")
        return " ".join([*parts, *named_files("Not written", self.failed)])


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export did and did not do. `copied` are the files that are in the target now because of it."""

    target: Path
    copied: tuple[Path, ...]
    already_there: tuple[Path, ...]
    failed: tuple[tuple[Path, str], ...]
    renamed: int
    cancelled: bool
    how: How = How.COPY
    stopped: str | None = None  # why it ended early
    trash: bool = False  # the files went to the system trash
    lists: ListsReport | None = None

    @property
    def complete(self) -> bool:
        made = self.lists is None or self.lists.complete
        return made and not (self.failed or self.interrupted)

    @property
    def interrupted(self) -> bool:
        """Return whether it can be gone on with, or taken back."""
        return self.cancelled or self.stopped is not None

    def summary(self) -> str:
        """Return in words what was done."""
        parts = [self.lists.summary()] if self.lists and self.lists.summary() else []
        if self.how is not How.WRITE:
            done = "Moved {files} to the trash." if self.trash else _DONE[self.how]
            parts.append(done.format(files=files_in_words(len(self.copied)), target=self.target))
        if self.renamed:
            parts.append(f"{files_in_words(self.renamed)} got a new name because theirs was taken.")
        if self.already_there:
            parts.append(f"{files_in_words(len(self.already_there))} had an identical copy there already.")
        if self.cancelled:
            parts.append(f"Cancelled: the rest was not {_PAST[self.how]}.")
        if self.stopped:
            parts.append(f"Stopped: {self.stopped}.")
        return " ".join([*parts, *named_files(f"Not {_PAST[self.how]}", self.failed)])


def named_files(what: str, files: Sequence[tuple[Path, str]]) -> list[str]:
    """Return a sentence for each of the first files that something is true of, and one for the rest."""
    said = [f"{what}: {path} ({reason})." for path, reason in files[:NAMED]]
    return said + ([f"And {files_in_words(len(files) - NAMED)} more."] if len(files) > NAMED else [])


@dataclass(frozen=True, slots=True)
class RevertReport:
    """What taking an export back did: how many files are gone or back in their place, and which stayed."""

    target: Path
    removed: int
    moved_back: int
    kept: tuple[tuple[Path, str], ...]
    cancelled: bool = False
    gone: int = 0  # files of ours that somebody else had removed

    @property
    def complete(self) -> bool:
        return not (self.kept or self.cancelled)

    def summary(self) -> str:
        parts = []
        if self.moved_back:
            where = "it was" if self.moved_back == 1 else "they were"
            parts.append(f"{files_in_words(self.moved_back)} moved back to where {where}.")
        if self.removed or not (self.moved_back or self.kept or self.gone):
            parts.append(f"{files_in_words(self.removed)} of ours removed from {self.target}.")
        if self.gone:
            parts.append(f"{files_in_words(self.gone)} of ours {_were(self.gone)} not there any more.")
        if self.cancelled:
            parts.append("Cancelled: the rest was left. Run it again to go on.")
        by_reason: dict[str, list[Path]] = {}
        for path, reason in self.kept:
            by_reason.setdefault(reason, []).append(path)
        parts += [_left(paths, reason) for reason, paths in by_reason.items()]
        return " ".join(parts)


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _left(paths: Sequence[Path], reason: str) -> str:
    """Return which files stayed for one reason; a reason that is sentences of its own stands by itself."""
    named = ", ".join(str(path) for path in paths[:NAMED])
    more = f" and {files_in_words(len(paths) - NAMED)} more" if len(paths) > NAMED else ""
    which = f"Left where {'it is' if len(paths) == 1 else 'they are'}: {named}{more}"
    return f"{which}. {reason}" if reason.endswith(".") else f"{which} ({reason})."


_DONE = {
    How.COPY: "Copied and verified {files} to {target}.",
    How.MOVE: "Moved and verified {files} to {target}.",
    How.HARD_LINK: "Linked {files} in {target} (hard links).",
    How.SYMBOLIC_LINK: "Linked {files} in {target} (symbolic links).",
    How.ZIP: "Packed and verified {files} in {target}.",
    How.INSIDE: "Wrote marks into {files}; the originals are in {target}.",
}
_PAST = {
    How.COPY: "copied",
    How.MOVE: "moved",
    How.HARD_LINK: "linked",
    How.SYMBOLIC_LINK: "linked",
    How.ZIP: "packed",
    How.WRITE: "written",
    How.INSIDE: "written",
}


def files_in_words(count: int) -> str:
    return counted(count, "file")


def _short(name: str) -> str:
    """Return a name that fits a line: a word that cannot be broken would widen the window it stands in."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 17]}…{name[-16:]}"


def progress_words(progress: ExportProgress) -> str:
    """Return "3 of 20: IMG_0003.JPG, 84.0 MB/s, 0:12 left"."""
    words = f"{progress.done} of {progress.total}"
    if progress.current:
        words += f": {_short(progress.current)}"
    if progress.bytes_done and progress.seconds_left is not None:
        minutes, seconds = divmod(round(progress.seconds_left), 60)
        words += f", {progress.bytes_per_s / 1e6:,.1f} MB/s, {minutes}:{seconds:02d} left"
    return words
