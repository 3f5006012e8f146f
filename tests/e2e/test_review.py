"""200 photos in two sittings of the real window, keyboard alone, from opening to export: nothing is lost."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.programs import run_session
from tests.e2e.review_session import FIRST
from tests.photos import NAMES, open_photo, wide, write_jpeg

GROUPS, FRAMES, WIDTH = 40, 5, 320


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """200 small JPEGs: moments of five frames a minute apart, made from the packages' photographs."""
    folder = tmp_path / "album"
    folder.mkdir()
    photos = [wide(open_photo(name), WIDTH + 60) for name in NAMES]
    start = datetime(2026, 6, 1, 12, 0, 0)
    for group in range(GROUPS):
        photo = photos[group % len(photos)]
        left = 6 * (group // len(photos))
        for frame in range(FRAMES):
            shown = photo.crop((left + frame, frame, left + frame + WIDTH, photo.height - FRAMES + frame))
            taken = start + timedelta(minutes=group, seconds=frame)
            write_jpeg(folder / f"IMG_{FRAMES * group + frame + 1:04d}.JPG", shown, captured_at=taken)
    return folder


def _sit(which: str, album: Path, data: Path, target: Path) -> dict:
    return run_session("review_session", which, album, data, target)


def _fingerprint(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        file.name: (hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_mtime_ns)
        for file in folder.iterdir()
        if file.is_file()
    }


def _in_library(data: Path, album: Path) -> dict[str, dict[str, object]]:
    """Return every mark by name, read past the program's own code."""
    query = "SELECT name, decision, stars, label FROM decisions WHERE album = ?"
    with closing(sqlite3.connect(f"file:{data / 'library.sqlite3'}?mode=ro", uri=True)) as connection:
        rows = connection.execute(query, (str(album),)).fetchall()
    return {
        name: {"decision": decision, "stars": stars, "label": label} for name, decision, stars, label in rows
    }


def test_two_sittings_over_200_photos(album: Path, tmp_path: Path):
    data, target = tmp_path / "data", tmp_path / "chosen"
    originals = _fingerprint(album)
    assert len(originals) == GROUPS * FRAMES == 200

    first = _sit("first", album, data, target)
    assert not first["open"], "Ctrl+Q closes the window"
    assert len(first["wanted"]) in (FIRST, FIRST + 1, FIRST + 2)
    assert all(text.startswith("Undone: ") for text in first["undone"])
    assert _in_library(data, album) == first["wanted"]

    again = _sit("again", album, data, target)
    assert (again["at"], again["view"]) == (first["at"], "Loupe"), "one is where one was"
    decided = {name: decision for name, decision in again["shown"].items() if decision != "none"}
    assert decided == {name: mark["decision"] for name, mark in first["wanted"].items()}
    assert again["undone"] == first["undone"][0], "undo goes on after a restart"

    wanted = {**first["wanted"], **again["wanted"]}
    assert len(wanted) == 200
    assert _in_library(data, album) == wanted
    accepted = {name for name, mark in wanted.items() if mark["decision"] == "accept"}
    exported = {name: content for name, (content, _) in _fingerprint(target).items() if name.endswith(".JPG")}
    assert exported == {name: originals[name][0] for name in accepted}, "whole, and just those"
    assert _fingerprint(album) == originals
