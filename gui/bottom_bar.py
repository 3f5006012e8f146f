"""The bar below: what was said last, and which models are at work."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from engine.types import ModelState, ModelStatus
from gui import marks
from gui.commands import command, tooltip
from gui.elided_label import ElidedLabel
from gui.messages import Message, Tone

WORST_FIRST = (ModelState.FAILED, ModelState.MISSING, ModelState.DISABLED, ModelState.IDLE, ModelState.ACTIVE)
SHOWN_MS = 12_000  # that a message without a warning stays
LEAST = 40  # characters of what was said last that are always seen
SHORTEST = 80  # pixels of a warning
ANY_WIDTH = (1 << 24) - 1  # QWIDGETSIZE_MAX
GAP = 16  # pixels between a warning and what was said since


class BottomBar(QWidget):
    """One line of messages and a button that sums up the models.

    A warning stays beside what is said later, until the messages are read or a graver one comes.
    """

    models_wanted = Signal()
    history_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bottomBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._warning, self._message = self._line("Last warning"), self._line("Last message")
        self._unread = 0  # warnings and errors
        self._fade = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._fade.timeout.connect(self._fade_away)
        self._history = self._flat("Messages", "help.messages")
        self._models = self._flat("Models", "panel.models")
        self._history.clicked.connect(self.history_wanted)
        self._models.clicked.connect(self.models_wanted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 3, 8, 3)
        layout.setSpacing(GAP)
        layout.addWidget(self._warning)
        layout.addWidget(self._message)
        layout.addStretch(1)
        layout.addWidget(self._history)
        layout.addWidget(self._models)

    def _line(self, name: str) -> ElidedLabel:
        label = ElidedLabel(self, snug=True)
        label.setAccessibleName(name)
        label.hide()
        return label

    def _flat(self, text: str, command_id: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setProperty("flat", True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setToolTip(tooltip(command(command_id)))
        return button

    @Slot(object)
    def show_message(self, message: Message) -> None:
        if message.tone is Tone.INFO:
            _fill(self._message, message)
            self._make_room()
            self._fade.start()
            return
        self._fade_away()
        self._unread += 1
        shown = self._warning.property("tone") if self._unread > 1 else None
        if message.tone is Tone.ERROR or shown != Tone.ERROR.value:
            _fill(self._warning, message)
        self._show_unread()

    def _make_room(self) -> None:
        """Have what was said last seen, in up to two thirds of the room, however long the warning is."""
        message = 0 if self._message.isHidden() else self._message.sizeHint().width()
        others = self._history.sizeHint().width() + self._models.sizeHint().width()
        room = self.width() - others - 5 * GAP
        self._warning.setMaximumWidth(max(room // 3, room - message, SHORTEST) if message else ANY_WIDTH)
        least = LEAST * self.fontMetrics().averageCharWidth()
        self._message.setMinimumWidth(max(SHORTEST, min(message, least)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    @Slot()
    def _fade_away(self) -> None:
        self._message.hide()
        self._make_room()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a warning shows it whole, among the messages."""
        if self.warning and self._warning.geometry().contains(event.position().toPoint()):
            self.history_wanted.emit()

    def mark_read(self) -> None:
        """The messages were read: no warning need be shown any longer."""
        self._unread = 0
        self._warning.hide()
        self._show_unread()

    def _show_unread(self) -> None:
        self._history.setText(f"Messages ({self._unread})" if self._unread else "Messages")

    @property
    def message(self) -> str:
        """Return what was said last, as long as it is shown; then the warning that is."""
        shown = (label for label in (self._message, self._warning) if not label.isHidden())
        return next((label.text() for label in shown), "")

    @property
    def warning(self) -> str:
        """Return the warning that is shown."""
        return "" if self._warning.isHidden() else self._warning.text()

    def show_models(self, statuses: Sequence[ModelStatus]) -> None:
        """Sum the models up: "3 active · comparator missing", with the mark of the worst state."""
        summary = models_summary(statuses)
        if self._models.text() != summary:
            self._models.setText(summary)
        states = {status.state for status in statuses}
        if any(status.warning for status in statuses):
            states.add(ModelState.MISSING)  # the mark of a warning
        worst = next((state for state in WORST_FIRST if state in states), ModelState.IDLE)
        self._models.setIcon(marks.state_icon(worst))


def _fill(label: ElidedLabel, message: Message) -> None:
    label.setText(message.text.replace("\n", " "))
    label.setToolTip(message.text)
    label.setProperty("tone", None if message.tone is Tone.INFO else message.tone.value)
    label.style().polish(label)
    label.show()


def models_summary(statuses: Sequence[ModelStatus]) -> str:
    active = sum(status.state is ModelState.ACTIVE for status in statuses)
    parts = [f"{active} of {len(statuses)} models active"]
    for state in (ModelState.FAILED, ModelState.MISSING):
        roles = [status.role for status in statuses if status.state is state]
        if roles:
            parts.append(f"{roles[0] if len(roles) == 1 else len(roles)} {state}")
    parts += [f"{status.role} failed its self-test" for status in statuses if status.warning]
    return " · ".join(parts)
