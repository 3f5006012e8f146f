"""Which keys may be pressed at random: those of the command table that export, delete and ask nothing."""

from __future__ import annotations

import random
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from gui.commands import COMMANDS, Command, Place

# These open a dialog of the system's own, or end the program.
FORBIDDEN = frozenset({"album.open", "album.quit"})
_WEIGHTS = {
    "Album": 0.5,
    "Review": 7.0,
    "Rate": 5.0,
    "Go": 8.0,
    "View": 4.0,
    "Compare": 4.0,
    "Filter": 1.2,
    "Group": 2.0,
}
_RARE = {"filter.all": 8.0, "album.again": 0.15, "album.cancel": 0.15, "view.full_screen": 0.1}
_RARE |= {"album.export": 0.3, "album.sidecars": 0.3, "grid.select_all": 0.2, "view.compare": 2.0}
_RARE |= {"model.aesthetic": 0.1, "model.quality": 0.1, "model.portrait": 0.1, "model.comparator": 0.1}
_RARE |= {"view.survey": 2.0, "view.loupe": 2.0, "review.undo": 3.0, "review.redo": 2.0}
_PRESSING = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
# In a dialog nothing is pressed that could push a button.
_IN_DIALOGS = [Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown]
_NONE, _SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


@dataclass(frozen=True, slots=True)
class Press:
    """A key, and the command it is meant for (empty: for whichever widget has it)."""

    key: Qt.Key
    modifiers: Qt.KeyboardModifier
    command: str = ""


def press_of(text: str, command_id: str = "") -> Press:
    """Return the key press that a shortcut's name stands for."""
    combination = QKeySequence(text)[0]  # type: ignore[index]
    return Press(combination.key(), combination.keyboardModifiers(), command_id)


def random_press(chance: random.Random, place: Place) -> Press:
    """Choose a key that counts in this place."""
    known = [c for c in COMMANDS if c.keys and c.id not in FORBIDDEN and c.place in (Place.ANYWHERE, place)]
    command = chance.choices(known, [weight(each) for each in known])[0]
    press = press_of(chance.choice(command.keys), command.id)
    extend = command.native and press.modifiers == _NONE and chance.random() < 0.1
    return Press(press.key, _SHIFT, command.id) if extend else press


def weight(command: Command) -> float:
    """Return how often a command is chosen, beside others."""
    return _WEIGHTS.get(command.category, 1.0) * _RARE.get(command.id, 1.0)


def pushes_buttons(press: Press) -> bool:
    """Tell whether the key would push a button that has the focus."""
    return press.key in _PRESSING


def in_a_dialog(chance: random.Random) -> Press:
    """Choose a key to send to a dialog: half of the time the one that closes it."""
    closing = chance.random() < 0.5
    return Press(Qt.Key.Key_Escape if closing else chance.choice(_IN_DIALOGS), _NONE)


def in_a_text_field(chance: random.Random) -> Press:
    """Choose a letter, or the key that leaves the field."""
    leaving = chance.random() < 0.3
    letters = [Qt.Key.Key_D, Qt.Key.Key_S, Qt.Key.Key_C, Qt.Key.Key_1, Qt.Key.Key_0, Qt.Key.Key_Backspace]
    return Press(Qt.Key.Key_Escape if leaving else chance.choice(letters), _NONE)
