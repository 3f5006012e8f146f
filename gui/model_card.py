"""One role's model in the panel: its state in words and colour, its file, what it did, and its switch."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.switches import can_be_switched
from engine.types import ModelState, ModelStatus, Role
from gui import marks, theme
from gui.check_row import CheckRow
from gui.commands import command, tooltip
from gui.switch import Switch
from gui.wording import ROLE_TITLES, as_sentence

STATE_WORDS = {
    ModelState.ACTIVE: "active",
    ModelState.IDLE: "idle",
    ModelState.MISSING: "missing",
    ModelState.FAILED: "failed",
    ModelState.DISABLED: "switched off",
}
STATE_TONES = {
    ModelState.ACTIVE: "good",
    ModelState.IDLE: "muted",
    ModelState.MISSING: "warn",
    ModelState.FAILED: "bad",
    ModelState.DISABLED: "faint",
}
SESSION_ONLY = "It counts until Framepick is closed: no setting is changed."
CANNOT_SWITCH = {
    ModelState.MISSING: "There is no model here to switch off.",
    ModelState.DISABLED: "It is switched off in the settings.",
}


class ModelCard(QWidget):
    """One role's model."""

    switched = Signal(object)  # Role: it is to be turned, on or off

    def __init__(self, role: Role, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._of = role
        self._shown: tuple[ModelStatus, bool] | None = None  # in which theme
        self.setObjectName("modelCard")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(f"{ROLE_TITLES[role]} model")
        self._mark = QLabel(self)
        self._role = QLabel(ROLE_TITLES[role], self)
        self._role.setFont(theme.scaled_font(self.font(), 1.05, bold=True))
        self._state = QLabel(self)
        self.switch = Switch(self)
        self.switch.setAccessibleName(f"{ROLE_TITLES[role]} model takes part in the picks")
        self.switch.clicked.connect(self._turn)
        rows = ("name", "warning", "file", "place", "counts", "reason")
        self._rows = {name: self._value() for name in rows}
        self.check = CheckRow(role, self)
        self._lay_out()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        for widget in (self._mark, self._role, self._state):
            head.addWidget(widget)
        head.addStretch(1)
        head.addWidget(self.switch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 11)
        layout.setSpacing(4)
        layout.addLayout(head)
        for label in self._rows.values():
            layout.addWidget(label)
        layout.addWidget(self.check)

    def _value(self) -> QLabel:
        label = QLabel(self)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    @Slot()
    def _turn(self) -> None:
        self.switched.emit(self._of)

    def show_status(self, status: ModelStatus) -> None:
        self._show_switch(status)  # a click has turned it already
        shown = status, theme.is_light()
        if shown == self._shown:
            return
        self._shown = shown
        self._mark.setPixmap(marks.state_icon(status.state).pixmap(14, 14))
        warned = status.state is ModelState.ACTIVE and bool(status.reason or status.warning)
        self._state.setText(f"{STATE_WORDS[status.state]}{', with a warning' if warned else ''}")
        _set_tone(self._state, "warn" if warned else STATE_TONES[status.state])
        self._fill("name", _name_text(status))
        self._fill("warning", status.warning or "", "warn")
        self._fill("file", _file_text(status), "muted", _file_tooltip(status))
        self._fill("place", _place_text(status), "muted")
        self._fill("counts", _counts_text(status))
        self._fill("reason", _reason_text(status), _reason_tone(status))
        self.check.show_status(status)

    def _show_switch(self, status: ModelStatus) -> None:
        may = can_be_switched(status)
        self.switch.setEnabled(may)
        self.switch.setChecked(status.state not in CANNOT_SWITCH)
        words = f"{tooltip(command(f'model.{self._of}'))}\n{SESSION_ONLY}"
        self.switch.setToolTip(words if may else CANNOT_SWITCH[status.state])

    def _fill(self, name: str, text: str, tone: str | None = None, tooltip: str = "") -> None:
        label = self._rows[name]
        if label.text() != text:
            label.setText(text)
        label.setVisible(bool(text))
        if label.toolTip() != tooltip:
            label.setToolTip(tooltip)
        _set_tone(label, tone)

    @property
    def text(self) -> str:
        """Return all that is shown, for tests and screen readers."""
        shown = [self._role, self._state, *self._rows.values()]
        return "\n".join([*(label.text() for label in shown if label.text()), self.check.text])


def _set_tone(label: QLabel, tone: str | None) -> None:
    if label.property("tone") != tone:
        label.setProperty("tone", tone)
        label.style().polish(label)


def _name_text(status: ModelStatus) -> str:
    if not status.embedded_default:
        return status.name
    return f"{status.name.removesuffix(', embedded default')} · embedded default"


def _file_text(status: ModelStatus) -> str:
    if status.checkpoint is None:
        return ""
    digest = f"   {status.sha256[:8]}" if status.sha256 else ""
    return f"{PurePath(status.checkpoint).name}{digest}"


def _file_tooltip(status: ModelStatus) -> str:
    digest = f"\nSHA-256 {status.sha256}" if status.sha256 else ""
    return f"{status.checkpoint}{digest}" if status.checkpoint else ""


def _place_text(status: ModelStatus) -> str:
    return " · ".join(part for part in (status.device, status.runtime) if part)


def _counts_text(status: ModelStatus) -> str:
    if status.scored + status.cached + status.failed == 0:
        return ""
    failed = f", {status.failed} failed" if status.failed else ""
    return f"This run: {status.scored} scored, {status.cached} from cache{failed}"


def _reason_text(status: ModelStatus) -> str:
    reason = status.reason or ("it has not run yet." if status.state is ModelState.IDLE else "")
    return as_sentence(reason)


def _reason_tone(status: ModelStatus) -> str:
    """An active or idle model with a reason has a warning: a fallback, photos it failed on."""
    if status.state is ModelState.FAILED:
        return "bad"
    warned = status.state in (ModelState.MISSING, ModelState.ACTIVE, ModelState.IDLE) and status.reason
    return "warn" if warned else "muted"
