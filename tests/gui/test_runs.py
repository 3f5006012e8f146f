"""Runs: albums opened one after the other, stopped, empty, unreadable, decided on before."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image
from PySide6.QtCore import Qt

from engine import pipeline, run_batches
from engine.errors import LibraryError
from engine.events import MarksRead, Notice, PhotoFailed
from engine.library.decisions import DecisionStore, PhotoKey
from engine.pipeline import cull
from engine.stages import decoding, inspecting
from engine.types import Decision, Inspected, Photo
from gui import hand_off
from gui.main_window import MainWindow
from gui.view_state import View


def _second_album(first: Path) -> Path:
    """Two photos of the first album, under other names."""
    album = first.parent / "second"
    album.mkdir()
    for number, name in enumerate(("IMG_0001.JPG", "IMG_0004.JPG")):
        shutil.copy(first / name, album / f"NEW_{number}.JPG")
    return album


def _names(window: MainWindow) -> list[str]:
    return [entry.photo.name for entry in window.album.entries()]


def test_what_another_job_still_says_is_not_heard(window: MainWindow):
    former = window.album.job - 1
    window.run._take(former, [Notice("from the former album"), PhotoFailed(0, "is empty")])
    assert "former" not in window.bottom_bar.message
    assert window.album.entry_at(0).error is None


def test_another_album_may_be_opened_while_one_is_read(qtbot, make_window, small_album: Path):
    second = _second_album(small_album)
    window = make_window()
    window.open_album(small_album)
    with qtbot.waitSignal(window.run.ended, timeout=60_000):
        window.open_album(second)
    assert _names(window) == ["NEW_0.JPG", "NEW_1.JPG"]
    assert "second" in window.windowTitle()


def test_another_album_does_not_wait_for_all_photos_of_the_one_before(
    qtbot, make_window, small_album: Path, monkeypatch
):
    begun, may_go_on, decoded = threading.Event(), threading.Event(), []
    real = decoding.decode

    def slow(photo):
        decoded.append(photo.path.parent)
        begun.set()
        assert may_go_on.wait(30)
        return real(photo)

    monkeypatch.setattr(decoding, "decode", slow)
    monkeypatch.setattr(decoding, "os", SimpleNamespace(cpu_count=lambda: 1))
    second = _second_album(small_album)
    window = make_window()
    window.open_album(small_album)
    qtbot.waitUntil(begun.is_set, timeout=60_000)
    with qtbot.waitSignal(window.run.ended, timeout=60_000):
        window.open_album(second)
        may_go_on.set()
    assert decoded.count(second) == 2
    assert decoded.count(small_album) <= 3, "those that were under way"


def test_what_is_asked_of_the_engine_is_asked_again(qtbot, make_window, small_album: Path, monkeypatch):
    asked: list[tuple[Path, bool, bool]] = []

    def noted(job, *more):
        asked.append((job.album, job.recursive, job.check_new))
        return cull(job, *more)

    monkeypatch.setattr(run_batches, "cull", noted)
    window = make_window()
    assert not window.run.recursive
    for start in (lambda: window.open_album(small_album, recursive=True), window.run.again):
        with qtbot.waitSignal(window.run.ended, timeout=60_000):
            start()
        assert window.run.recursive
    assert asked == [(small_album, True, True)] * 2, "new weights files are asked what they know, too"


def test_decoding_leaves_a_core_to_the_window(qtbot, make_window, small_album: Path, monkeypatch):
    real, decoded_by = decoding.decode, set()

    def noted(photo):
        decoded_by.add(threading.current_thread().name)
        return real(photo)

    monkeypatch.setattr(decoding, "decode", noted)
    window = make_window()
    with qtbot.waitSignal(window.run.ended, timeout=60_000):
        window.open_album(small_album)
    assert 1 <= len(decoded_by) <= max(1, (os.cpu_count() or 1) - 1)


def test_a_run_that_is_stopped_frees_the_window_whatever_the_engine_does(
    qtbot, make_window, small_album: Path, monkeypatch
):
    begun, may_go_on, held = threading.Event(), threading.Event(), []
    real = decoding.decode

    def slow(photo):
        begun.set()
        held.append(may_go_on.wait(30))
        return real(photo)

    monkeypatch.setattr(decoding, "decode", slow)
    window = make_window()
    window.open_album(small_album)
    qtbot.waitUntil(lambda: begun.is_set() and window.album.is_read, timeout=60_000)
    window.actions_["album.cancel"].trigger()
    assert not window.run.running and not window.run_bar.isVisible()
    assert not held, "nobody waited for the engine, which is at a photo still"
    may_go_on.set()
    assert window.run._engine._cancel.cancelled, "the engine was told, too"
    assert not window.actions_["album.cancel"].isEnabled()


def _read_slowly(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, list[int]]:
    """Read photos one in a batch, the first at once and the next ones when the event is set.

    The list holds those that were begun.
    """
    real, may_go_on, read = inspecting.inspect, threading.Event(), []

    def slow(photo: Photo) -> Inspected:
        read.append(photo.id)
        assert len(read) == 1 or may_go_on.wait(30)
        return real(photo)

    monkeypatch.setattr(inspecting, "inspect", slow)
    monkeypatch.setattr(inspecting, "BATCH", 1)
    return may_go_on, read


def _decided_album(make_window, open_album, album: Path) -> None:
    """Accept all photos in a window that is closed then, and add one that nobody has seen."""
    window = make_window()
    open_album(window, album)
    window.grid.selectAll()
    window.actions_["review.accept"].trigger()
    window.close()
    shutil.copy(album / "IMG_0001.JPG", album / "new.JPG")
    Image.new("RGB", (640, 480), (30, 60, 90)).save(album / "new.JPG")


def _note_dialogs(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Have no dialog open; the list holds what those that were asked for were given."""
    dialogs: list[object] = []
    for name in ("ExportDialog", "RejectDialog", "SidecarDialog"):
        monkeypatch.setattr(hand_off, name, lambda *given, **more: dialogs.append(given))
    return dialogs


def _broken(*given: object) -> None:
    raise LibraryError("Decisions could not be read: the disk is gone.")


def _decisions(window: MainWindow) -> list[Decision]:
    return [entry.decision for entry in window.album.entries()]


def test_a_run_that_is_stopped_while_photos_are_read_reads_on_and_scores_none(
    qtbot, make_window, open_album, small_album: Path, monkeypatch
):
    _decided_album(make_window, open_album, small_album)
    may_go_on, read = _read_slowly(monkeypatch)
    window = make_window()
    window.open_album(small_album)
    qtbot.waitUntil(lambda: window.album.total == 10 and len(read) == 2, timeout=60_000)
    window.actions_["album.cancel"].trigger()
    assert window.run.running and window.run_bar.isVisible()
    assert "Ctrl+. stops that, too" in window.bottom_bar.message
    with qtbot.waitSignal(window.run.ended, timeout=60_000):
        may_go_on.set()
    assert _decisions(window).count(Decision.ACCEPT) == 9
    assert window.bottom_bar.message == "Stopped. All photos are read; what was scored is kept."
    unscored = [entry.photo.name for entry in window.album.entries() if not entry.scores]
    assert unscored == ["new.JPG"]
    assert "Scoring" not in window.run_bar.text
    assert not window.actions_["album.cancel"].isEnabled()


def test_a_run_that_is_stopped_twice_while_photos_are_read_says_what_is_not_shown(
    qtbot, make_window, open_album, small_album: Path, monkeypatch
):
    _decided_album(make_window, open_album, small_album)
    may_go_on, read = _read_slowly(monkeypatch)
    dialogs = _note_dialogs(monkeypatch)
    window = make_window()
    window.open_album(small_album)
    qtbot.waitUntil(lambda: window.album.total == 10 and len(read) == 2, timeout=60_000)
    window.actions_["album.export"].trigger()
    assert "still being read" in window.bottom_bar.message
    window.actions_["album.cancel"].trigger()
    window.actions_["album.cancel"].trigger()
    assert not window.run.running and not window.run_bar.isVisible()
    assert "what you decided on the rest is kept, but not shown. Ctrl+R reads" in window.bottom_bar.message
    may_go_on.set()
    qtbot.waitUntil(lambda: window.album.marks_known is True, timeout=60_000)
    assert len(read) == 2 == _decisions(window).count(Decision.ACCEPT), "no more than what was begun"
    for command in ("album.export", "album.take_out", "album.sidecars"):
        window.messages.info("")
        window.actions_[command].trigger()
        assert "Not all photos were read" in window.bottom_bar.message
    window.actions_["filter.rejected"].trigger()
    assert "were read so far" in window.bottom_bar.message
    assert not dialogs
    with qtbot.waitSignal(window.run.ended, timeout=60_000):
        window.actions_["album.again"].trigger()
    assert _decisions(window).count(Decision.ACCEPT) == 9
    assert all(entry.scores for entry in window.album.entries())


@pytest.mark.parametrize("files", [0, 3])
def test_a_folder_of_which_nothing_can_be_read_says_so_when_it_is_stopped(
    qtbot, make_window, tmp_path: Path, monkeypatch, files: int
):
    folder = tmp_path / "nothing"
    folder.mkdir()
    for number in range(files):
        (folder / f"IMG_{number}.jpg").write_bytes(b"no picture")
    may_go_on = _wait_before_listing(monkeypatch)
    window = make_window()
    window.open_album(folder)
    window.actions_["album.cancel"].trigger()
    with qtbot.waitSignal(window.run.ended, timeout=60_000):
        may_go_on.set()
    words = "None of 3 photos could be read: each says why." if files else "holds no photos"
    assert words in window.bottom_bar.message


def _wait_before_listing(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    real, may_go_on = pipeline.scan, threading.Event()

    def slow(*given):
        assert may_go_on.wait(30)
        return real(*given)

    monkeypatch.setattr(pipeline, "scan", slow)
    return may_go_on


def test_nothing_is_taken_out_of_an_album_that_is_not_listed_yet(
    qtbot, make_window, small_album: Path, monkeypatch
):
    dialogs = _note_dialogs(monkeypatch)
    may_go_on = _wait_before_listing(monkeypatch)
    window = make_window()
    window.open_album(small_album)
    window.actions_["album.take_out"].trigger()
    assert "still being read" in window.bottom_bar.message and not dialogs
    with qtbot.waitSignal(window.run.ended, timeout=60_000):
        may_go_on.set()


def test_nothing_is_handed_out_while_decisions_cannot_be_read(
    make_window, open_album, small_album: Path, monkeypatch
):
    _decided_album(make_window, open_album, small_album)
    dialogs = _note_dialogs(monkeypatch)
    window = make_window()
    with monkeypatch.context() as patch:
        patch.setattr(DecisionStore, "marks", _broken)
        open_album(window, small_album)
    for command in ("album.export", "album.take_out", "album.sidecars"):
        window.messages.info("")
        window.actions_[command].trigger()
        assert "could not be read. Ctrl+R reads" in window.bottom_bar.message
    assert not dialogs
    open_album(window, small_album)
    assert _decisions(window).count(Decision.ACCEPT) == 9 and window.album.is_read


def test_what_is_decided_while_decisions_cannot_be_read_makes_them_no_better_known(
    window: MainWindow, monkeypatch
):
    window.actions_["review.accept"].trigger()
    monkeypatch.setattr(DecisionStore, "marks", _broken)
    window.run._take(window.album.job, [MarksRead({})])
    assert not window.album.is_read
    assert _decisions(window).count(Decision.ACCEPT) == 1, "what is shown stays"


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path, make_window, open_album):
    window = make_window()
    folder = tmp_path / "nothing"
    folder.mkdir()
    open_album(window, folder)
    assert window.views.currentWidget() is window.welcome
    assert "No photos here" in window.welcome.text
    assert not window.actions_["album.export"].isEnabled()


def test_a_folder_of_broken_files_says_so(tmp_path: Path, make_window, open_album):
    folder = tmp_path / "broken"
    folder.mkdir()
    for number in range(3):
        (folder / f"IMG_{number}.jpg").write_bytes(b"no picture" * number)
    window = make_window()
    open_album(window, folder)
    assert window.bottom_bar.message == "None of 3 photos could be read: each says why."
    assert all(entry.error for entry in window.album.entries())


def test_one_broken_file_among_others_is_told_and_can_be_found(make_window, open_album, small_album: Path):
    (small_album / "broken.jpg").write_bytes(b"no picture")
    window = make_window()
    open_album(window, small_album)
    assert "Culled 9 photos" in window.bottom_bar.message
    assert "1 could not be read" in window.bottom_bar.message
    window.actions_["filter.failed"].trigger()
    assert [window.album.entry_at(row).photo.name for row in range(window.album.rowCount())] == ["broken.jpg"]


def test_a_folder_that_is_gone_is_an_error_in_words(tmp_path: Path, make_window):
    window = make_window()
    window.open_album(tmp_path / "gone")
    assert "no folder" in window.bottom_bar.message


def test_a_copy_of_a_decided_photo_is_not_decided(
    window: MainWindow, open_album, small_album: Path, data_dir
):
    entry = window.album.entries()[0]
    store = DecisionStore(data_dir.library)
    assert entry.inspected is not None
    store.decide(small_album, {PhotoKey.of(entry.photo, entry.inspected): Decision.ACCEPT})
    store.close()
    shutil.copy(entry.photo.path, small_album / "a copy.jpg")
    open_album(window, small_album)
    decided = {e.photo.name: e.decision for e in window.album.entries() if e.decision is not Decision.NONE}
    assert decided == {entry.photo.name: Decision.ACCEPT}


def test_zoom_stays_inside_a_group_and_ends_with_it(qtbot, window: MainWindow):
    window.show_loupe()
    qtbot.keyClick(window.loupe, Qt.Key.Key_Z)
    window.loupe.canvas.show_view(View(1.0, 0.3, 0.7))
    qtbot.keyClick(window.loupe, Qt.Key.Key_Right)
    assert window.loupe.canvas.view == View(1.0, 0.3, 0.7)
    qtbot.keyClick(window.loupe, Qt.Key.Key_Down)
    assert not window.loupe.canvas.zoomed


def test_a_read_only_folder_is_culled_like_any_other(make_window, open_album, small_album: Path):
    small_album.chmod(0o555)
    try:
        window = make_window()
        open_album(window, small_album)
        window.review.accept()
        assert window.album.entries()[0].decision is Decision.ACCEPT
        assert sorted(p.name for p in small_album.iterdir()) == sorted(_names(window))
    finally:
        small_album.chmod(0o755)
