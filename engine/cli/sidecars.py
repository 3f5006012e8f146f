"""`sidecars`: takes marks out of XMP sidecars and puts them into sidecars."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from engine.album.scan import scan
from engine.cli import sidecar_tables as tables
from engine.cli.export_progress import ExportLine
from engine.cli.interruption import interruptible
from engine.cli.json_file import write_json
from engine.cli.parser import Options
from engine.cli.unreadable import name_unreadable
from engine.errors import (
    EXIT_INTERRUPTED,
    EXIT_OK,
    EXIT_SOME_UNREADABLE,
    NothingToDoError,
    PhotoError,
    UsageError,
)
from engine.events import CancelToken
from engine.library.decisions import DecisionStore
from engine.library.marks import MarkChange, PhotoKey
from engine.paths import DataDir
from engine.photo_xmp.exiftool import ExifTool, find_exiftool
from engine.photo_xmp.with_sidecars import Books, HandedMarks
from engine.settings import Settings
from engine.sidecars.entries import Entry, Outcome
from engine.sidecars.merge import Prefer
from engine.sidecars.naming import Naming
from engine.sidecars.profiles import Targets
from engine.stages.inspecting import inspect_all
from engine.telemetry import Telemetry
from engine.types import Inspected, Marks, Photo
from engine.words import counted


@dataclass(frozen=True, slots=True)
class _Album:
    """An album with what is needed to find the marks of its photos."""

    path: Path
    photos: tuple[Photo, ...]
    keys: dict[int, PhotoKey]
    unread: tuple[tuple[str, str], ...]  # photo and why
    library: Path

    def marks(self) -> dict[int, Marks]:
        with closing(DecisionStore(self.library)) as store:
            found = store.marks(self.path, list(self.keys.values()))
        return {photo_id: found.get(photo_id, Marks()) for photo_id in self.keys}

    def take(self, entries: list[Entry], shown: Mapping[int, Marks]) -> None:
        """Store what sidecars say, as one step that can be undone in the window."""
        changes = {self.keys[e.photo.id]: as_change(e.marks) for e in entries}
        seen = {self.keys[e.photo.id]: shown[e.photo.id] for e in entries}
        text = f"read {counted(len(entries), 'sidecar')}"
        with closing(DecisionStore(self.library)) as store:
            store.change(self.path, changes, text, seen)


def run(options: Options, settings: Settings, data_dir: DataDir) -> int:
    assert options.album is not None
    rules = settings.sidecars
    into_files = rules.into_files if options.into_files is None else options.into_files
    tool = _check(options, settings, into_files)
    with interruptible() as cancel:
        album = _open(options.album.absolute(), options.recursive, data_dir, cancel)
        if cancel.cancelled:
            return EXIT_INTERRUPTED
        naming = Naming(options.naming) if options.naming else rules.naming
        targets = Targets(options.profiles or rules.profiles, rules.reject_as_rating, rules.words)
        books = Books(data_dir.library, data_dir.exports)
        handed = HandedMarks(album.path, album.photos, naming, books, rules.words, into_files=into_files)
        prefer = Prefer(options.prefer or Prefer.NOBODY)
        read = _read(handed, album, prefer, options.dry_run, cancel) if options.read else []
        plan = handed.plan(album.marks(), targets, prefer, cancel) if options.write else []
        written = plan if options.dry_run else _write(handed, plan, tool, cancel)
    if options.json is not None:
        write_json(options.json, tables.as_json(album.path, naming, targets, options.dry_run, read, written))
    name_unreadable(dict(album.unread))
    tables.print_entries(read, written)
    tables.warn_of_lightroom(written, targets, handed)
    if cancel.cancelled:
        return EXIT_INTERRUPTED
    good = not album.unread and not any(tables.is_trouble(entry) for entry in [*read, *written])
    return EXIT_OK if good else EXIT_SOME_UNREADABLE


def _check(options: Options, settings: Settings, into_files: bool) -> ExifTool | None:
    """Return the ExifTool that is needed, or None. Raises UsageError."""
    if not (options.read or options.write):
        raise UsageError("Say what to do: framepick sidecars ALBUM --read, --write, or both")
    if options.write and settings.sidecars.write == "off":
        raise UsageError("Nothing was written: sidecars.write is off in the settings. Set it to on_demand.")
    return find_exiftool() if into_files and options.write and not options.dry_run else None


def _open(path: Path, recursive: bool, data_dir: DataDir, cancel: CancelToken) -> _Album:
    photos = scan(path, recursive)
    if not photos:
        raise NothingToDoError(f"There are no photos in {path}.")
    names = {photo.id: photo for photo in photos}
    keys: dict[int, PhotoKey] = {}
    unread: list[tuple[str, str]] = []
    for batch in inspect_all(photos, Telemetry(), cancel):
        for photo_id, found in batch.items():
            if isinstance(found, Inspected):
                keys[photo_id] = PhotoKey.of(names[photo_id], found)
            elif isinstance(found, PhotoError):
                unread.append((names[photo_id].name, found.what))
    return _Album(path, photos, keys, tuple(unread), data_dir.library)


def _read(
    handed: HandedMarks, album: _Album, prefer: Prefer, dry_run: bool, cancel: CancelToken
) -> list[Entry]:
    shown = album.marks()
    entries = handed.read(shown, prefer, cancel)
    if not dry_run:
        if taken := [entry for entry in entries if entry.outcome is Outcome.TAKEN]:
            album.take(taken, shown)
        handed.agree([e for e in entries if e.outcome in (Outcome.TAKEN, Outcome.UNCHANGED)])
    return entries


def _write(handed: HandedMarks, plan: list[Entry], tool: ExifTool | None, cancel: CancelToken) -> list[Entry]:
    if not any(entry.inside for entry in plan):
        return handed.write(plan, cancel=cancel)
    with ExportLine() as line:
        return handed.write(plan, tool, cancel, line.take)


def as_change(marks: Marks) -> MarkChange:
    return MarkChange(marks.decision, marks.stars, marks.label)
