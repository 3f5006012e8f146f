"""Writing into photo files from the sidecar dialog: only when asked, with the way back, nothing lost."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.album.scan import scan
from engine.photo_xmp.parts import parts_of
from engine.types import Decision
from gui import into_files
from gui.main_window import MainWindow
from gui.sidecar_dialog import SidecarDialog
from tests.unit.exporting import state

pytestmark = pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
PATIENCE = 20_000


def id_of(window: MainWindow, name: str) -> int:
    return next(entry.photo.id for entry in window.album.entries() if entry.photo.name == name)


def decision_of(window: MainWindow, name: str) -> Decision:
    return next(entry.marks.decision for entry in window.album.entries() if entry.photo.name == name)


@pytest.fixture
def window(make_window, open_album, small_album) -> MainWindow:
    window = make_window()
    open_album(window, small_album)
    window.decisions.decide({id_of(window, "IMG_0001.JPG"): Decision.ACCEPT})
    return window


@pytest.fixture
def make_dialog(qtbot, window):
    def make() -> SidecarDialog:
        rules = window._settings.sidecars
        dialog = SidecarDialog(window.sidecars, rules.targets, True, window, into_files=rules.into_files)
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitUntil(lambda: dialog.ready, timeout=PATIENCE)
        return dialog

    return make


def tick(qtbot, dialog: SidecarDialog) -> None:
    dialog._into_files.setFocus()
    QTest.keyClick(dialog._into_files, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: dialog.ready, timeout=PATIENCE)


def test_the_box_is_not_ticked_and_without_it_no_photo_is_touched(qtbot, make_dialog, small_album):
    before = state(small_album)
    dialog = make_dialog()
    assert not dialog._into_files.isChecked() and "changes the photos" in dialog._into_files.text()
    dialog._write.click()
    qtbot.waitUntil(lambda: dialog.ready, timeout=PATIENCE)
    after = state(small_album)
    assert after.pop("IMG_0001.xmp") and after == before
    assert not dialog.photos_changed


def test_ticked_it_writes_into_the_file_and_brings_it_back(qtbot, make_dialog, small_album):
    before = state(small_album)
    dialog = make_dialog()
    assert not dialog._back.isVisible()
    tick(qtbot, dialog)
    assert "1 of these are photo files" in dialog.words
    assert "the file itself" in dialog._list.topLevelItem(0).text(0)
    assert '+    xmpDM:pick="1"' in dialog._diff.toPlainText()
    assert state(small_album) == before
    dialog._write.click()
    qtbot.waitUntil(lambda: "Wrote into 1 photo" in dialog.words, timeout=PATIENCE)
    assert dialog.photos_changed and not dialog._take.isEnabled()
    assert b'xmpDM:pick="1"' in (parts_of(small_album / "IMG_0001.JPG").packet or b"")
    assert not list(small_album.glob("*.xmp"))
    assert dialog._back.isVisible()
    dialog._back.click()
    qtbot.waitUntil(lambda: "moved back" in dialog.words, timeout=PATIENCE)
    assert state(small_album) == before
    assert not dialog._back.isVisible()


def test_decisions_and_undo_know_the_photo_by_its_new_bytes(
    qtbot, window, make_dialog, make_window, open_album, small_album
):
    dialog = make_dialog()
    tick(qtbot, dialog)
    dialog._write.click()
    qtbot.waitUntil(lambda: "Wrote into 1 photo" in dialog.words, timeout=PATIENCE)
    dialog.reject()
    open_album(window, small_album)
    assert len(scan(small_album, recursive=True)) == 9
    assert decision_of(window, "IMG_0001.JPG") is Decision.ACCEPT
    window.decisions.undo()
    assert decision_of(window, "IMG_0001.JPG") is Decision.NONE
    window.close()
    another = make_window()
    open_album(another, small_album)
    assert decision_of(another, "IMG_0001.JPG") is Decision.NONE


def test_without_exiftool_the_box_cannot_be_ticked_and_says_why(make_dialog, monkeypatch):
    monkeypatch.setattr(into_files.shutil, "which", lambda _: None)
    dialog = make_dialog()
    assert not dialog._into_files.isEnabled()
    assert "not installed" in dialog._into_files.text()
