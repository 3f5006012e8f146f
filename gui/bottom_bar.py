"""The bar below: what was said last, and which models are at work."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from engine.types import ModelState, ModelStatus
from gui import marks
from gui.commands import command, tooltip
from gui.messages import Message, Tone

WORST_FIRST = (ModelState.FAILED, ModelState.MISSING, ModelState.DISABLED, ModelState.IDLE, ModelState.ACTIVE)
SHOWN_MS = 12_000  # that a message without a warning stays


class BottomBar(QWidget):
    """One line of messages and a button that sums up the models."""

    models_wanted = Signal()
    history_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bottomBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._message = QLabel(self)
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._message.setAccessibleName("Last message")
        self._fade = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._fade.timeout.connect(self._message.clear)
        self._history = self._flat("Messages", "help.messages")
        self._models = self._flat("Models", "panel.models")
        self._history.clicked.connect(self.history_wanted)
        self._models.clicked.connect(self.models_wanted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 3, 8, 3)
        layout.addWidget(self._message, 1)
        layout.addWidget(self._history)
        layout.addWidget(self._models)

    def _flat(self, text: str, command_id: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setProperty("flat", True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setToolTip(tooltip(command(command_id)))
        return button

    @Slot(object)
    def show_message(self, message: Message) -> None:
        self._message.setText(message.text.replace("\n", " "))
        self._message.setToolTip(message.text)
        self._fade.start() if message.tone is Tone.INFO else self._fade.stop()
        self._message.setProperty("tone", None if message.tone is Tone.INFO else message.tone.value)
        self._message.style().polish(self._message)

    @property
    def message(self) -> str:
        return self._message.text()

    def show_models(self, statuses: Sequence[ModelStatus]) -> None:
        """Sum the models up: "3 active · comparator missing", with the mark of the worst state."""
        self._models.setText(models_summary(statuses))
        states = {status.state for status in statuses}
        if any(status.warning for status in statuses):
            states.add(ModelState.MISSING)  # the mark of a warning
        worst = next((state for state in WORST_FIRST if state in states), ModelState.IDLE)
        self._models.setIcon(marks.state_icon(worst))


def models_summary(statuses: Sequence[ModelStatus]) -> str:
    active = sum(status.state is ModelState.ACTIVE for status in statuses)
    parts = [f"{active} of {len(statuses)} models active"]
    for state in (ModelState.FAILED, ModelState.MISSING):
        roles = [status.role for status in statuses if status.state is state]
        if roles:
            parts.append(f"{roles[0] if len(roles) == 1 else len(roles)} {state}")
    parts += [f"{status.role} failed its self-test" for status in statuses if status.warning]
    return " · ".join(parts)
