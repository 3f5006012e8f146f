"""Keys of the owner's own."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel

from engine.errors import SettingsError
from gui import app
from gui.commands import COMMANDS, as_markdown, command, rebind
from gui.criteria import Criteria, Filter
from gui.key_file import NAME, apply_keys
from gui.nothing_shown import nothing_text
from gui.text_sheet import shortcuts_html


@pytest.fixture(autouse=True)
def own_keys():
    yield
    rebind({})


def _write(data_dir, text: str) -> None:
    data_dir.root.mkdir(parents=True, exist_ok=True)
    (data_dir.root / NAME).write_text(text, encoding="utf-8")


def test_keys_of_the_file_count_in_window_menu_and_sheet(
    qtbot, data_dir, settings, make_window, open_album, small_album
):
    _write(data_dir, "review.accept: [Y, Ctrl+Return]\ngo.next_undecided: []\ncompare.together: W\n")
    apply_keys(data_dir)
    window = make_window()
    open_album(window, small_album)
    shortcuts = window.actions_["review.accept"].shortcuts()
    assert [key.toString() for key in shortcuts] == ["Y", QKeySequence("Ctrl+Return").toString()]
    assert "(Y)" in window.actions_["review.accept"].toolTip()
    assert "Y" in shortcuts_html() and "| `Y`, `Ctrl+Return` | Accept |" in as_markdown()
    qtbot.keyClick(window.grid, Qt.Key.Key_Y)
    qtbot.keyClick(window.grid, Qt.Key.Key_P)
    assert [entry.decision.value for entry in window.album.entries()[:2]] == ["accept", "none"]


def test_sentences_name_the_keys_that_count(qtbot, data_dir, make_window, open_album, small_album):
    lines = ("review.accept: Y", "compare.keep_left: D", "compare.previous: F3", "help.keys: F4")
    _write(data_dir, "\n".join((*lines, "survey.next: F6", "loupe.next_group: F7", "compare.together: []")))
    apply_keys(data_dir)
    window = make_window()
    open_album(window, small_album)
    assert nothing_text(Criteria().toggled(Filter.ACCEPTED)) == "You have accepted no photo yet. Y accepts."
    assert "F4 lists the keys" in window.grid.accessibleDescription()
    compare = window.views.compare
    said = [label.text() for label in compare.findChildren(QLabel)]
    assert "D keeps the left one" in said and "L keeps the right one" in said
    assert "Left and F6" in window.views.survey.accessibleDescription()
    assert "Up and F7" in window.loupe.accessibleDescription()
    qtbot.keyClick(window.grid, Qt.Key.Key_C)
    assert "Challenger · steps with F3 →" in [label.text() for label in compare.findChildren(QLabel)]


def test_a_command_without_keys_is_named_by_its_title(data_dir):
    _write(data_dir, "review.accept: []\n")
    apply_keys(data_dir)
    assert nothing_text(Criteria().toggled(Filter.ACCEPTED)).endswith("yet. “Accept” accepts.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("review.accept: X", r"X is claimed by both review\.accept and review\.reject"),
        ("compare.zoom: P", r"P is claimed by both review\.accept and compare\.zoom"),
        ("review.acept: Y", r"unknown command review\.acept\. Did you mean review\.accept\?"),
        ("review.accept: Banana", "there is no key 'Banana'"),
        ("grid.arrows: Y", "cannot be changed"),
        ("- review.accept", "must hold lines such as"),
        ("review.accept: [", "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_said_and_changes_nothing(data_dir, text, message):
    before = list(COMMANDS)
    _write(data_dir, f"go.next_undecided: Q\n{text}\n" if text[0] != "-" else text)
    with pytest.raises(SettingsError, match=message):
        apply_keys(data_dir)
    assert before == COMMANDS


def test_a_key_may_change_hands(data_dir):
    _write(data_dir, "review.accept: X\nreview.reject: P\n")
    apply_keys(data_dir)
    assert command("review.accept").keys == ("X",)


def test_the_window_opens_with_its_own_keys_and_says_what_is_wrong(qtbot, data_dir, settings):
    _write(data_dir, "review.accept: X\n")
    window = app.make_window(settings, data_dir)
    try:
        assert "claimed by both" in window.bottom_bar.message
        assert window.actions_["review.accept"].shortcut().toString() == "P"
    finally:
        window.close()
