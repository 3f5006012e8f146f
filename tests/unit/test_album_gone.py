"""An album whose folder vanishes, or cannot be read any more, while it is scored: said, nothing lost."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.album.scan import album_gone, scan
from engine.cli import parse, run
from engine.errors import UsageError
from engine.events import CancelToken, Event, Finished, Notice, PhotoFailed, PhotoScored
from engine.paths import DataDir
from engine.pipeline import CullJob, cull
from engine.settings import Settings, load_settings
from engine.types import Role

WITHOUT = frozenset({Role.AESTHETIC, Role.PORTRAIT, Role.COMPARATOR})


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    return DataDir(tmp_path / "data")


@pytest.fixture
def one_thread() -> Settings:
    """One photo after the other, so that most are still to come when the folder goes."""
    found = load_settings()
    slow = found.performance.model_copy(update={"decode_threads": 1, "batch_size": 1})
    return found.model_copy(update={"performance": slow})


def _cull(album: Path, data: DataDir, settings: Settings, when: Callable[[int], None]) -> list[Event]:
    """Cull, and call `when` with the number of each photo that was scored."""
    events: list[Event] = []
    scored = 0
    for event in cull(CullJob(album, without=WITHOUT), settings, data, CancelToken()):
        events.append(event)
        if isinstance(event, PhotoScored):
            scored += 1
            when(scored)
    return events


def _of(events: list[Event], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def test_a_folder_that_vanishes_is_said_and_what_was_scored_is_kept(
    small_album: Path, data: DataDir, one_thread: Settings
):
    away = small_album.with_name("unplugged")
    events = _cull(
        small_album, data, one_thread, lambda scored: small_album.rename(away) if scored == 2 else None
    )
    failed = _of(events, PhotoFailed)
    assert {event.reason for event in failed} == {"has disappeared"}
    assert len(failed) + len({event.photo_id for event in _of(events, PhotoScored)}) == 9
    assert len(failed) >= 3
    notices = [event.text for event in _of(events, Notice) if "disappeared" in event.text]
    assert notices == [album_gone(small_album)]
    assert not _of(events, Finished)[0].cancelled
    away.rename(small_album)
    again = _cull(small_album, data, one_thread, lambda _: None)
    assert not _of(again, PhotoFailed)
    assert len({event.photo_id for event in _of(again, PhotoScored)}) == 9


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "permission denied"),
        (errno.ESTALE, "Stale file handle"),
        (errno.ENOTCONN, "Transport endpoint is not connected"),
        (errno.EIO, "Input/output error"),
        (errno.EHOSTDOWN, "Host is down"),
    ],
)
def test_a_mount_that_refuses_from_now_on_is_said_photo_by_photo(
    small_album: Path,
    data: DataDir,
    one_thread: Settings,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    words: str,
):
    opened, refusing = Path.open, False

    def open_or_refuse(self: Path, *arguments: Any, **more: Any) -> Any:
        if refusing and self.is_relative_to(small_album):
            raise OSError(number, os.strerror(number), str(self))
        return opened(self, *arguments, **more)

    def refuse(scored: int) -> None:
        nonlocal refusing
        refusing = scored >= 2

    monkeypatch.setattr(Path, "open", open_or_refuse)
    events = _cull(small_album, data, one_thread, refuse)
    failed = _of(events, PhotoFailed)
    assert len(failed) >= 3
    assert all(words in event.reason for event in failed), failed[0].reason
    assert _of(events, Finished)


def test_a_mount_that_is_gone_altogether_is_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ESTALE, "Stale file handle")

    assert album_gone(tmp_path) == ""
    monkeypatch.setattr(os, "stat", refuse)
    assert "cannot be reached any more" in album_gone(tmp_path)
    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(UsageError, match=r"cannot be read \(Stale file handle\)"):
        scan(tmp_path)


def test_the_command_says_it_and_decisions_stay(
    small_album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
):
    config = tmp_path / "slow.yaml"
    config.write_text("performance:\n  decode_threads: 1\n  batch_size: 1\n", encoding="utf-8")
    arguments = ["--data-dir", str(tmp_path / "data"), "--config", str(config)]
    assert run(parse([*arguments, "decide", str(small_album), "IMG_0009.JPG", "accept"])) == 0
    from engine.stages import scoring

    score, away = scoring.Scoring.score, small_album.with_name("unplugged")

    def score_and_unplug(self: Any, *rest: Any) -> Any:
        if small_album.exists():
            small_album.rename(away)
        return score(self, *rest)

    monkeypatch.setattr(scoring.Scoring, "score", score_and_unplug)
    assert (
        run(parse([*arguments, "cull", str(small_album), "--without", "aesthetic,portrait,comparator"])) == 3
    )
    said = capsys.readouterr().err
    assert "has disappeared, or its drive cannot be reached any more" in said
    assert "Could not be read: IMG_0009.JPG: has disappeared" in said
    assert run(parse([*arguments, "cull", str(small_album)])) == 2
    assert "there is no such folder" in capsys.readouterr().err
    away.rename(small_album)
    assert run(parse([*arguments, "export", str(small_album), "--list", str(tmp_path / "l.txt")])) == 0
    assert (tmp_path / "l.txt").read_text() == "IMG_0009.JPG\n"
