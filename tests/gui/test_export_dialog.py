"""The export dialog, run modally as the window does."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel

from engine.events import CancelToken
from engine.export.execute import execute
from engine.export.lists import as_rows
from engine.export.plan import ExportOptions, How, plan_export
from engine.library.marks import MarkChange
from engine.types import Label, ModelState, ModelStatus, Role
from gui.criteria import Filter
from gui.export_dialog import ExportDialog
from gui.export_words import BUTTONS
from gui.exporting import export_items, shown_photos
from gui.main_window import MainWindow

PATIENCE = 20_000  # ms: every step of a journal is flushed to a disk that others use, too
WAYS_OUT: dict[str, Callable[[ExportDialog], object]] = {
    "escape": lambda dialog: QTest.keyClick(dialog, Qt.Key.Key_Escape),
    "button": lambda dialog: dialog._close.click(),
    "window": lambda dialog: dialog.close(),
}


class _Closer(QObject):
    """Closes the modal dialog as soon as its plan is there; gives up after five seconds."""

    def __init__(self, dialog: ExportDialog, way: Callable[[ExportDialog], object]) -> None:
        super().__init__(dialog)
        self._dialog, self._way, self.tries = dialog, way, 0
        self._timer = QTimer(self, interval=50)
        self._timer.timeout.connect(self._try)
        self._timer.start()

    def _try(self) -> None:
        self.tries += 1
        if self.tries > 100:
            self._dialog.done(99)
        elif self._dialog._plan is not None or self.tries > 40:
            self._way(self._dialog)


@pytest.fixture
def dialog(window: MainWindow) -> ExportDialog:
    for entry in window.album.entries()[:2]:
        window.decisions.decide({entry.photo.id: type(entry.decision).ACCEPT})
    assert window.run.album is not None
    return ExportDialog(export_items(window.album), window.run.album, window._data_dir, window)


@pytest.mark.parametrize("how", BUTTONS)
def test_no_two_things_share_a_letter(dialog: ExportDialog, how: How):
    """Alt and a letter would go from one to the other, and press neither."""
    labels = [label.text() for label in dialog.findChildren(QLabel) if label.buddy()]
    buttons = [b.text() for b in dialog.findChildren(QAbstractButton) if b is not dialog._export]
    texts = [*labels, *buttons, BUTTONS[how]]
    letters = [found[1].lower() for text in texts if (found := re.search(r"&(\w)", text))]
    assert len(letters) > 12
    assert len(set(letters)) == len(letters), sorted(letters)


@pytest.mark.parametrize("way", WAYS_OUT)
def test_it_can_be_left_in_every_way(dialog: ExportDialog, way: str):
    closer = _Closer(dialog, WAYS_OUT[way])
    assert dialog.exec() == ExportDialog.DialogCode.Rejected
    assert not dialog.isVisible()
    assert closer.tries < 40
    assert dialog.report is None


def test_it_says_what_it_will_do_and_what_it_did(qtbot, dialog: ExportDialog, tmp_path: Path):
    dialog.show()
    dialog.set_target(tmp_path / "selection")
    qtbot.waitUntil(dialog._export.isEnabled, timeout=PATIENCE)
    assert dialog.form.what == "accepted"
    assert dialog.words.startswith("2 photos, 2 files to copy")
    dialog._export.click()
    qtbot.waitUntil(lambda: dialog.report is not None, timeout=PATIENCE)
    assert dialog.words.startswith("Copied and verified 2 files")
    assert len(list((tmp_path / "selection").glob("*.JPG"))) == 2
    dialog.reject()
    assert not dialog.isVisible()


def test_a_target_that_holds_the_originals_is_refused_in_words(
    qtbot, dialog: ExportDialog, small_album: Path
):
    dialog.show()
    dialog.set_target(small_album)
    qtbot.waitUntil(lambda: "holds the originals" in dialog.words, timeout=PATIENCE)
    assert not dialog._export.isEnabled()
    dialog.reject()


def test_nothing_to_export_says_so(qtbot, window: MainWindow):
    assert window.run.album is not None
    empty = ExportDialog([], window.run.album, window._data_dir, window)
    empty.show()
    assert empty.words == "There are no picks to export."
    assert not empty._export.isEnabled()
    empty.reject()


def test_the_preview_follows_layout_and_template(qtbot, dialog: ExportDialog, tmp_path: Path):
    dialog.show()
    dialog.set_target(tmp_path / "selection")
    dialog.form.set_layout("{date}/{name}")
    qtbot.waitUntil(lambda: dialog.preview.startswith("2026-06-01/IMG_0001.JPG"), timeout=PATIENCE)
    dialog.form.set_layout("{dat}/{name}")
    qtbot.waitUntil(lambda: "Did you mean {date}?" in dialog.words, timeout=PATIENCE)
    assert not dialog._export.isEnabled()
    assert dialog.preview == ""
    dialog.reject()


def test_a_zip_is_made_and_undone_by_key(qtbot, dialog: ExportDialog, tmp_path: Path):
    dialog.open()
    dialog.set_target(tmp_path / "selection")
    dialog.form.set_how(How.ZIP)
    qtbot.waitUntil(dialog._export.isEnabled, timeout=PATIENCE)
    assert "to pack" in dialog.words
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.report is not None, timeout=PATIENCE)
    assert len(list((tmp_path / "selection").glob("*.zip"))) == 1
    assert not dialog._undo.isHidden()
    QTest.keyClick(dialog, Qt.Key.Key_U, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: dialog.reverted is not None, timeout=PATIENCE)
    assert not (tmp_path / "selection").exists()
    dialog.reject()


@pytest.mark.parametrize("answer", ["_resume", "_roll_back"])
def test_an_interrupted_export_is_offered(qtbot, window: MainWindow, tmp_path: Path, answer: str):
    items, journals = export_items(window.album), window._data_dir.exports
    target, cancel = tmp_path / "selection", CancelToken()
    plan = plan_export(items, ExportOptions(target))
    execute(plan, journals, cancel, lambda progress: cancel.cancel() if progress.done == 3 else None)
    assert window.run.album is not None
    dialog = ExportDialog(items, window.run.album, window._data_dir, window)
    dialog.show()
    assert f"3 of {len(plan.actions)} files arrived" in dialog._interrupted.text()
    getattr(dialog, answer).click()
    qtbot.waitUntil(lambda: dialog.report is not None or dialog.reverted is not None, timeout=PATIENCE)
    assert len(list(target.glob("*.JPG"))) == (len(plan.actions) if answer == "_resume" else 0)
    assert dialog._resume.isHidden()
    dialog.reject()


def _dialog_of(window: MainWindow) -> ExportDialog:
    assert window.run.album is not None
    items, shown = export_items(window.album), shown_photos(window.album)
    return ExportDialog(items, window.run.album, window._data_dir, window, shown)


def test_what_the_filter_shows_can_be_exported_and_narrowed(qtbot, window: MainWindow):
    entries = window.album.entries()
    window.decisions.mark({entry.photo.id: MarkChange(stars=4) for entry in entries[:5]})
    window.decisions.mark({entries[1].photo.id: MarkChange(label=Label.RED)})
    window.set_filter(Filter.PICKS)
    dialog = _dialog_of(window)
    dialog.form.set_what("shown")
    assert {item.photo.id for item in dialog.form.chosen()} == {e.photo.id for e in entries if e.is_pick}
    assert len(dialog.form.chosen()) == 3
    dialog.form.set_what("all", "stars>=4", "label=red")
    assert [item.photo.name for item in dialog.form.chosen()] == [entries[1].photo.name]
    dialog.form.set_what("rejected", "stars>=4", "label=red")
    assert dialog.words == "There are no rejected photos with 4 stars or more and label red to export."
    assert not dialog._export.isEnabled()
    dialog.reject()


def test_a_list_warns_of_a_model_that_failed_its_self_test(window: MainWindow, monkeypatch):
    opened = []

    class Noted(ExportDialog):
        def exec(self) -> int:
            opened.extend(self.form.chosen())
            return 0

    monkeypatch.setattr("gui.hand_off.ExportDialog", Noted)
    poor = ModelStatus(Role.QUALITY, "A model", ModelState.ACTIVE, warning="self-test: broken: NaN")
    window.switching.statuses_changed.emit((poor,))
    for entry in window.album.entries():
        window.decisions.decide({entry.photo.id: type(entry.decision).ACCEPT})
    window.hand_off.export()
    assert {row["quality_warning"] for row in as_rows(opened)} == {"self-test: broken: NaN"}
    assert any(row["verdicts"] for row in as_rows(opened))


def test_lists_and_small_jpegs_without_copying_anything(qtbot, window: MainWindow, tmp_path: Path):
    dialog, target = _dialog_of(window), tmp_path / "lists"
    dialog.show()
    dialog.form.set_what("all")
    dialog.set_target(target)
    dialog.form.set_how(None)
    assert dialog.words == "Choose at least one list or contact sheet."
    assert not dialog.form._layout.isEnabled() and not dialog.form._sidecars.isEnabled()
    for ending in (".csv", ".json", ".txt", ".pdf", ".html", "small"):
        dialog.form.lists.tick(ending)
    assert "album small" in dialog.preview and "album.pdf" in dialog.preview
    assert not target.exists()
    dialog._export.click()
    qtbot.waitUntil(lambda: bool(dialog.reports), timeout=20_000)
    assert dialog.report and not dialog.report.copied, "no photo is copied"
    assert {path.name for path in target.glob("album.*")} == {
        f"album{ending}" for ending in (".csv", ".json", ".txt", ".pdf", ".html")
    }
    assert len((target / "album.txt").read_text().splitlines()) == 9
    with Image.open(target / "album small" / "IMG_0001.jpg") as small:
        assert max(small.size) == 800
    assert "Wrote 9 small JPEGs" in dialog.words
    (target / "album.txt").write_text("changed since")
    dialog._undo.click()
    qtbot.waitUntil(lambda: dialog.reverted is not None, timeout=PATIENCE)
    left = {path.name for path in target.rglob("*") if path.is_file()}
    assert left == {".framepick-export", "album.txt"}
    assert "changed since" in dialog.words
    dialog.reject()


def test_lists_come_along_with_a_move_and_the_album_is_read_again(qtbot, window: MainWindow, tmp_path: Path):
    dialog, target = _dialog_of(window), tmp_path / "moved"
    dialog.show()
    dialog.form.set_how(How.MOVE)
    dialog.form.lists.tick("small")
    dialog.set_target(target)
    qtbot.waitUntil(dialog._export.isEnabled, timeout=PATIENCE)
    dialog._export.click()
    qtbot.waitUntil(lambda: dialog.report is not None, timeout=20_000)
    assert dialog.album_changed
    assert len(list(target.glob("*.JPG"))) == len(list((target / "album small").glob("*.jpg"))) == 3
    dialog._undo.click()
    qtbot.waitUntil(lambda: dialog.reverted is not None, timeout=PATIENCE)
    assert not target.exists()
    dialog.reject()


def test_the_dry_run_lists_every_file(qtbot, window: MainWindow, small_album: Path, tmp_path: Path):
    target = tmp_path / "selection"
    target.mkdir()
    (target / "IMG_0001.JPG").write_bytes(b"another photo")
    shutil.copy2(small_album / "IMG_0002.JPG", target / "IMG_0002.JPG")
    dialog = _dialog_of(window)
    dialog.show()
    dialog.form.set_what("all")
    dialog.set_target(target)
    qtbot.waitUntil(dialog._export.isEnabled, timeout=PATIENCE)
    rows = [
        [dialog._table.model().index(row, column).data() for column in range(3)]
        for row in range(dialog._table.model().rowCount())
    ]
    assert len(rows) == 9
    assert ["copy", "IMG_0001.JPG", "IMG_0001_2.JPG  (new name)"] in rows
    assert ["–", "IMG_0002.JPG", "an identical copy is there"] in rows
    dialog.reject()
