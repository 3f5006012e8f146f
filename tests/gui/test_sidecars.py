"""Sidecars in the window: read on opening, written after each mark where wanted, and the dialog."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.settings import Settings
from engine.types import Decision, Marks
from gui.main_window import MainWindow
from gui.sidecar_dialog import SidecarDialog

LIGHTROOM = """<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
   xmp:Rating="3"
   xmp:Label="Green"/>
 </rdf:RDF>
</x:xmpmeta>
"""
PATIENCE = 10_000


def marks_of(window: MainWindow, name: str) -> Marks:
    return next(entry.marks for entry in window.album.entries() if entry.photo.name == name)


def id_of(window: MainWindow, name: str) -> int:
    return next(entry.photo.id for entry in window.album.entries() if entry.photo.name == name)


def texts(window: MainWindow) -> str:
    return "\n".join(message.text for message in window.messages.history)


@pytest.fixture
def album(small_album: Path) -> Path:
    (small_album / "IMG_0002.xmp").write_text(LIGHTROOM)
    return small_album


def test_marks_made_elsewhere_are_there_after_opening_and_can_be_undone(
    qtbot, make_window, open_album, album
):
    window = make_window()
    open_album(window, album)
    qtbot.waitUntil(lambda: marks_of(window, "IMG_0002.JPG").stars == 3, timeout=PATIENCE)
    assert "Took the marks of 1 sidecar" in texts(window)
    QTest.keyClick(window.grid, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert marks_of(window, "IMG_0002.JPG") == Marks()
    assert (album / "IMG_0002.xmp").read_text() == LIGHTROOM


def test_what_was_decided_here_is_never_replaced_without_asking(qtbot, make_window, open_album, album):
    path = album / "IMG_0001.xmp"
    path.write_text(LIGHTROOM.replace('xmp:Rating="3"', 'xmp:Rating="-1"'))
    first = make_window()
    first.sidecars._settings = first.sidecars._settings.model_copy(update={"read_on_open": False})
    open_album(first, album)
    first.decisions.decide({id_of(first, "IMG_0001.JPG"): Decision.ACCEPT})
    first.close()
    window = make_window()
    open_album(window, album)
    qtbot.waitUntil(lambda: "1 sidecar and you disagree" in texts(window), timeout=PATIENCE)
    assert marks_of(window, "IMG_0001.JPG").decision is Decision.ACCEPT


def with_sidecars(settings: Settings, **changes) -> Settings:
    return settings.model_copy(update={"sidecars": settings.sidecars.model_copy(update=changes)})


class TestContinuously:
    @pytest.fixture
    def settings(self, settings):
        return with_sidecars(settings, write="continuous")

    def test_a_mark_is_written_a_moment_later(self, qtbot, make_window, open_album, album):
        window = make_window()
        open_album(window, album)
        qtbot.waitUntil(lambda: marks_of(window, "IMG_0002.JPG").stars == 3, timeout=PATIENCE)
        window.decisions.decide({id_of(window, "IMG_0004.JPG"): Decision.REJECT})
        path = album / "IMG_0004.xmp"
        qtbot.waitUntil(path.exists, timeout=PATIENCE)
        assert 'xmpDM:pick="-1"' in path.read_text()
        assert sorted(each.name for each in album.glob("*.xmp")) == ["IMG_0002.xmp", "IMG_0004.xmp"]

    def test_closing_the_window_writes_what_is_left(self, qtbot, make_window, open_album, album):
        window = make_window()
        open_album(window, album)
        qtbot.waitUntil(lambda: marks_of(window, "IMG_0002.JPG").stars == 3, timeout=PATIENCE)
        window.decisions.decide({id_of(window, "IMG_0005.JPG"): Decision.ACCEPT})
        window.close()
        assert 'xmpDM:pick="1"' in (album / "IMG_0005.xmp").read_text()


@pytest.fixture
def dialog(qtbot, make_window, open_album, album) -> SidecarDialog:
    """The dialog over one sidecar to read, one photo to write, one broken sidecar."""
    (album / "IMG_0003.xmp").write_text("<broken")
    window = make_window()
    window.sidecars._settings = window.sidecars._settings.model_copy(update={"read_on_open": False})
    open_album(window, album)
    window.decisions.decide({id_of(window, "IMG_0001.JPG"): Decision.ACCEPT})
    rules = window._settings.sidecars
    dialog = SidecarDialog(window.sidecars, rules.targets, True, window)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.ready, timeout=PATIENCE)
    return dialog


def test_the_dialog_says_what_it_would_do_and_shows_a_diff(dialog, album):
    assert dialog.words.startswith("1 to read, 1 to write, 1 say the same as you. 1 refused")
    rows = [dialog._list.topLevelItem(row) for row in range(dialog._list.topLevelItemCount())]
    by_name = {row.text(0): row for row in rows}
    dialog._list.setCurrentItem(by_name["IMG_0001.xmp"])
    assert '+    xmpDM:pick="1"' in dialog._diff.toPlainText()
    assert "well-formed" in by_name["IMG_0003.xmp"].text(3)
    assert not (album / "IMG_0001.xmp").exists()


def test_the_dialog_reads_and_writes(qtbot, dialog, album):
    window = dialog.parent()
    dialog._take.click()
    qtbot.waitUntil(lambda: dialog.ready, timeout=PATIENCE)
    assert marks_of(window, "IMG_0002.JPG").stars == 3
    dialog._write.click()
    qtbot.waitUntil(lambda: dialog.ready, timeout=PATIENCE)
    assert (album / "IMG_0001.xmp").exists()
    assert dialog.words.startswith("0 to read, 0 to write, 2 say the same as you. 1 refused")
    assert not dialog._write.isEnabled() and not dialog._take.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_a_conflict_is_settled_in_the_dialog(qtbot, dialog, album):
    window = dialog.parent()
    (album / "IMG_0001.xmp").write_text(LIGHTROOM.replace('xmp:Rating="3"', 'xmp:Rating="-1"'))
    dialog.look()
    qtbot.waitUntil(lambda: dialog.ready, timeout=PATIENCE)
    assert "1 in conflict" in dialog.words
    dialog._prefer.setCurrentIndex(2)
    qtbot.waitUntil(lambda: dialog.ready, timeout=PATIENCE)
    dialog._take.click()
    qtbot.waitUntil(lambda: dialog.ready, timeout=PATIENCE)
    assert marks_of(window, "IMG_0001.JPG").decision is Decision.REJECT
    assert "in conflict" not in dialog.words
