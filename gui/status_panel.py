"""The model-status panel: which checkpoint serves each role, whether it really ran, and if not, why."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from engine.models.install import InstallProgress
from engine.types import ModelState, ModelStatus, Role
from gui.difference_card import DifferenceCard
from gui.install_card import InstallCard
from gui.model_card import ModelCard


class StatusPanel(QScrollArea):
    """A card per role; they change while the engine works."""

    install_wanted = Signal()
    switched = Signal(object)  # Role: it is to be turned, on or off
    changed_wanted = Signal()  # the photos that differ
    check_wanted = Signal(object)  # ModelStatus: it is to be checked, or the check is to stop

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setAccessibleName("Models")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._cards = {role: ModelCard(role, self) for role in Role}
        self._installer = InstallCard(self)
        self._installer.wanted.connect(self.install_wanted)
        self._difference = DifferenceCard(self)
        self._difference.photos_wanted.connect(self.changed_wanted)
        self._content = QWidget(self)
        layout = QVBoxLayout(self._content)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._installer)
        layout.addWidget(self._difference)
        for card in self._cards.values():
            card.switched.connect(self.switched)
            card.check.wanted.connect(self.check_wanted)
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

    @Slot(str, bool)
    def show_difference(self, words: str, any_photo: bool) -> None:
        """Say what differs without the models that are switched off; nothing when all are on."""
        self._difference.show_words(words, any_photo=any_photo)

    @property
    def difference(self) -> str:
        return self._difference.text

    def card(self, role: Role) -> ModelCard:
        return self._cards[role]

    @property
    def offers_install(self) -> bool:
        return self._installer.isVisibleTo(self)

    def show_install(self, progress: InstallProgress | None) -> None:
        """Show how far the installation is; None when it has ended."""
        self._installer.show_progress(progress)
