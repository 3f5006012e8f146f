"""Taking rejected photos out of the album, and back, from the window; an interrupted export is offered."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.exceptions import TimeoutError
from pytestqt.qtbot import QtBot

from engine.benchmark.survival.originals import count_changed, state_of
from engine.events import CancelToken
from engine.export import trash
from engine.export.execute import execute
from engine.export.plan import ExportOptions, How, plan_export
from engine.types import Decision
from gui.exporting import export_items
from gui.main_window import MainWindow
from gui.reject_dialog import RejectDialog

PATIENCE = 20_000  # ms: every step of a journal is flushed to a disk that others use, too
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the trash of freedesktop.org")


@pytest.fixture
def dialog(window: MainWindow) -> RejectDialog:
    """Two photos of nine are rejected; one has a sidecar."""
    return _dialog(window, 2)


def _dialog(window: MainWindow, rejected: int) -> RejectDialog:
    for entry in window.album.entries()[:rejected]:
        entry.photo.path.with_suffix(".xmp").write_bytes(b"<x:xmpmeta/>")
        window.decisions.decide({entry.photo.id: Decision.REJECT})
    assert window.run.album is not None
    return RejectDialog(export_items(window.album), window.run.album, window._data_dir.exports, window)


def _show(qtbot: QtBot, dialog: RejectDialog) -> None:
    """Show the dialog modally, as the window does: else Return may open the large view behind it."""
    dialog.open()
    dialog.activateWindow()
    qtbot.waitUntil(dialog._move.isEnabled, timeout=PATIENCE)


def _press_until(qtbot: QtBot, dialog: RejectDialog, key: Qt.Key, done: Callable[[], bool]) -> None:
    """Press Alt and a key, once more each second: without a window manager activity comes and goes."""
    for _ in range(PATIENCE // 1000):
        if dialog.isActiveWindow() and not dialog._working:
            QTest.keyClick(dialog, key, Qt.KeyboardModifier.AltModifier)
        with suppress(TimeoutError):
            qtbot.waitUntil(done, timeout=1000)
            return
    pytest.fail(f"Alt and {key} did nothing")


def _jpegs(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.JPG")}


def test_they_go_into_the_folder_and_come_back_by_key(qtbot, dialog: RejectDialog, small_album: Path):
    before = state_of(small_album)
    _show(qtbot, dialog)
    assert dialog.words.startswith("2 rejected photos: 4 files, ")
    assert "_rejected" in dialog.place and "Nothing is deleted" in dialog.place
    assert state_of(small_album) == before
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.changed, timeout=PATIENCE)
    assert _jpegs(small_album / "_rejected") == {"IMG_0001.JPG", "IMG_0002.JPG"}
    assert len(_jpegs(small_album)) == 7
    _press_until(qtbot, dialog, Qt.Key.Key_U, lambda: "moved back" in dialog.words)
    assert count_changed(before, state_of(small_album)) == 0
    dialog.reject()


@LINUX
def test_they_go_to_the_trash_and_come_back(qtbot, dialog: RejectDialog, small_album: Path, bin_folder: Path):
    before = state_of(small_album)
    _show(qtbot, dialog)
    _press_until(qtbot, dialog, Qt.Key.Key_T, dialog._trash.isChecked)
    qtbot.waitUntil(dialog._move.isEnabled, timeout=PATIENCE)
    assert dialog.place == "Nothing is deleted. Undo brings them back."
    dialog._move.click()
    qtbot.waitUntil(lambda: dialog.changed, timeout=PATIENCE)
    assert dialog.words == "Moved 4 files to the trash."
    assert _jpegs(bin_folder / "files") == {"IMG_0001.JPG", "IMG_0002.JPG"}
    dialog._undo.click()
    qtbot.waitUntil(lambda: "moved back" in dialog.words, timeout=PATIENCE)
    assert count_changed(before, state_of(small_album)) == 0
    dialog.reject()


@LINUX
@pytest.mark.parametrize(("system", "where"), [("darwin", "Put Back"), ("win32", "Recycle Bin")])
def test_where_the_trash_gives_nothing_back_it_says_what_to_do(
    qtbot, dialog: RejectDialog, bin_folder: Path, monkeypatch: pytest.MonkeyPatch, system: str, where: str
):
    monkeypatch.setitem(trash._BY_HAND, "linux", trash._BY_HAND[system])
    dialog.show()
    dialog._trash.setChecked(True)
    assert where in dialog.place
    qtbot.waitUntil(dialog._move.isEnabled, timeout=PATIENCE)
    dialog._move.click()
    qtbot.waitUntil(lambda: dialog.changed, timeout=PATIENCE)
    dialog._undo.click()
    qtbot.waitUntil(lambda: "Left where they are" in dialog.words, timeout=PATIENCE)
    assert where in dialog.words and dialog.words.count(where) == 1
    dialog.reject()


def test_nothing_rejected_says_so(window: MainWindow):
    dialog = _dialog(window, 0)
    dialog.show()
    assert "No photo of this album is rejected" in dialog.words
    assert not dialog._move.isEnabled() and dialog._undo.isHidden()
    dialog.reject()


class _Presser(QObject):
    """Presses the button of the modal dialog, then closes it."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=50)
        self._timer.timeout.connect(self._try)
        self._timer.start()

    def _try(self) -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, RejectDialog):
            if dialog.changed:
                dialog.reject()
            elif dialog._move.isEnabled():
                dialog._move.click()


def test_the_command_reads_the_album_again(qtbot, window: MainWindow, small_album: Path):
    window.decisions.decide({window.album.entries()[0].photo.id: Decision.REJECT})
    presser = _Presser(window)
    with qtbot.waitSignal(window.run.ended, timeout=60_000):
        window.actions_["album.take_out"].trigger()
    presser.deleteLater()
    assert window.album.total == 8
    assert _jpegs(small_album / "_rejected") == {"IMG_0001.JPG"}
    assert any(each.text.startswith("Moved and verified 1 file") for each in window.messages.history)


# -- interrupted exports, offered by the window


def _interrupt(window: MainWindow, target: Path, how: How = How.COPY) -> int:
    cancel = CancelToken()
    plan = plan_export(export_items(window.album), ExportOptions(target, how))
    journals = window._data_dir.exports
    execute(plan, journals, cancel, lambda progress: cancel.cancel() if progress.done == 3 else None)
    return len(plan.actions)


@pytest.mark.parametrize("answer", ["_go_on", "_back"])
def test_an_interrupted_export_is_offered_when_the_program_starts(
    qtbot, window: MainWindow, make_window, tmp_path: Path, answer: str
):
    total = _interrupt(window, tmp_path / "selection")
    again = make_window()
    bar = again.hand_off.interrupted
    qtbot.waitUntil(bar.isVisible, timeout=PATIENCE)
    assert f"3 of {total} files arrived" in bar.text
    getattr(bar, answer).click()
    qtbot.waitUntil(lambda: not bar.isVisible(), timeout=PATIENCE)
    assert len(_jpegs(tmp_path / "selection")) == (total if answer == "_go_on" else 0)
    assert not bar._put_off


def test_an_interrupted_move_is_offered_when_an_album_opens_and_the_album_read_again(
    qtbot, window: MainWindow, open_album, small_album: Path, tmp_path: Path
):
    bar = window.hand_off.interrupted
    assert not bar.isVisible()
    before = state_of(small_album)
    _interrupt(window, tmp_path / "selection", How.MOVE)
    open_album(window, small_album)
    qtbot.waitUntil(bar.isVisible, timeout=PATIENCE)
    with qtbot.waitSignal(window.run.ended, timeout=60_000):
        bar._back.click()
    assert window.album.total == 9
    assert count_changed(before, state_of(small_album)) == 0


def test_later_is_later(qtbot, window: MainWindow, open_album, small_album: Path, tmp_path: Path):
    _interrupt(window, tmp_path / "selection")
    bar = window.hand_off.interrupted
    bar.look()
    qtbot.waitUntil(bar.isVisible, timeout=PATIENCE)
    bar._later.click()
    assert not bar.isVisible()
    open_album(window, small_album)
    qtbot.waitUntil(lambda: bar._task is None, timeout=PATIENCE)
    assert not bar.isVisible()
    assert len(_jpegs(tmp_path / "selection")) == 3
