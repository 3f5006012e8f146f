"""Every key of the table, pressed in each view in which it counts, does what its command says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.types import Decision, Label
from gui.commands import command
from gui.criteria import Criteria, Filter
from gui.main_window import MainWindow
from gui.text_sheet import TextSheet

VIEWS = ("view.grid", "view.loupe", "view.compare", "view.survey")
DECISIONS = {
    "review.accept": Decision.ACCEPT,
    "review.reject": Decision.REJECT,
    "review.clear": Decision.NONE,
}
LABELS = {f"label.{each.value}": each for each in Label if each not in (Label.NONE, Label.PURPLE)}


@pytest.fixture(params=VIEWS)
def press(request, qtbot: QtBot, window: MainWindow) -> Callable[[str], None]:
    """Presses a key of a command, by id, in the view of the parameter."""

    def pressed(command_id: str, key: int = 0) -> None:
        _press(qtbot, window, command(command_id).keys[key])

    window.review.auto_advance = False
    window.actions_[request.param].trigger()
    return pressed


def _press(qtbot: QtBot, window: MainWindow, keys: str) -> None:
    combination = QKeySequence.fromString(keys)[0]  # type: ignore[index]
    target = QApplication.focusWidget() or window.views.currentWidget()
    qtbot.keyClick(target, combination.key(), combination.keyboardModifiers())


def _view(window: MainWindow) -> object:
    return window.views.currentWidget()


def test_marks_and_their_undoing(press: Callable[..., None], window: MainWindow):
    entry = window.grid.current
    assert entry is not None
    for name, decision in DECISIONS.items():
        press(name)
        assert entry.decision is decision, name
    for stars in (1, 2, 3, 4, 5, 0):
        press(f"rate.{stars}")
        assert entry.marks.stars == stars
    for name, label in LABELS.items():
        press(name)
        assert entry.marks.label is label, name
    press("review.undo")
    assert entry.marks.label is Label.GREEN
    for key in range(len(command("review.redo").keys)):
        press("review.redo", key)
        assert entry.marks.label is Label.BLUE
        press("review.undo")
    press("review.advance")
    assert window.review.auto_advance


def test_going_between_groups(press: Callable[..., None], window: MainWindow):
    for name, group in (("go.next_group", 1), ("go.next_group", 2), ("go.previous_group", 1)):
        press(name)
        entry = window.grid.current
        assert entry is not None and entry.group == group
    press("review.keep_one")
    assert window.grid.current is not None and window.grid.current.group == 2
    kept = [entry.decision for entry in window.album.entries() if entry.group == 1]
    assert sorted(kept) == [Decision.ACCEPT, Decision.REJECT, Decision.REJECT]
    press("go.next_undecided")
    assert window.grid.current is not None and window.grid.current.is_undecided


def test_views_filters_and_panels(press: Callable[..., None], window: MainWindow):
    shown = (window.grid, window.loupe, window.views.compare, window.views.survey)
    here = _view(window)
    for name, view in zip(VIEWS, shown, strict=True):
        for key in range(len(command(name).keys)):
            press(name, key)
            assert _view(window) is view, (name, key)
            window.actions_[VIEWS[shown.index(here)]].trigger()  # type: ignore[arg-type]
    for each in Filter:
        press(f"filter.{each.value}")
        assert window.album.criteria.has(each), each
        window.choosing.apply(Criteria())
    for name in window.panels.names:
        for key in range(len(command(name).keys)):
            window.panels._docks[name].hide()
            press(name, key)
            assert window.panels.is_shown(name), (name, key)
    press("sort.reverse")
    assert window.album.ordering.reverse
    press("sort.groups")
    assert not window.album.ordering.grouped


# view, row to begin at, command, row after its keys
STEPS = (
    ("view.loupe", 4, "loupe.next", 5),
    ("view.loupe", 4, "loupe.previous", 3),
    ("view.loupe", 4, "loupe.first", 0),
    ("view.loupe", 4, "loupe.last", 8),
    ("view.survey", 4, "survey.next", 5),
    ("view.survey", 4, "survey.previous", 3),
)


@pytest.mark.parametrize(("view", "row", "name", "after"), STEPS)
def test_steps(qtbot: QtBot, window: MainWindow, view: str, row: int, name: str, after: int):
    for keys in command(name).keys:
        window.grid.go_to_row(row)
        window.actions_[view].trigger()
        _press(qtbot, window, keys)
        assert window.grid.currentIndex().row() == after, keys


@pytest.mark.parametrize("view", ["loupe", "compare", "survey"])
def test_neighbouring_groups_and_the_way_back(qtbot: QtBot, window: MainWindow, view: str):
    for name, group in ((f"{view}.next_group", 2), (f"{view}.previous_group", 0)):
        for keys in command(name).keys:
            window.grid.go_to_row(4)
            window.actions_[f"view.{view}"].trigger()
            _press(qtbot, window, keys)
            assert window.grid.current is not None and window.grid.current.group == group, keys
    _press(qtbot, window, command(f"{view}.leave").keys[0])
    assert _view(window) is window.grid


def test_switches_of_the_comparison(qtbot: QtBot, window: MainWindow):
    compare = window.views.compare
    for keys in command("compare.switch").keys:
        window.actions_["view.compare"].trigger()
        before = compare.pair.active
        _press(qtbot, window, keys)
        assert compare.pair.active != before, keys
    sides = (compare.pair[0], compare.pair[1])
    _press(qtbot, window, command("compare.swap").keys[0])
    assert (compare.pair[1], compare.pair[0]) == sides
    _press(qtbot, window, command("compare.together").keys[0])
    _press(qtbot, window, command("compare.align").keys[0])
    assert not compare.together and not compare.aligned
    _press(qtbot, window, command("compare.zoom").keys[0])
    assert all(pane.canvas.zoomed for pane in compare.panes)


def test_sheets(press: Callable[..., None], window: MainWindow):
    for name, title in (("help.keys", "Keyboard shortcuts"), ("help.messages", "Messages")):
        press(name)
        sheet = window.findChildren(TextSheet)[-1]
        assert sheet.windowTitle() == title
        sheet.reject()
