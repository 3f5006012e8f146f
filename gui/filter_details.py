"""The second filter bar: stars, colours, eyes, softness, failures, and a search."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QIcon, QKeyEvent, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from engine.library.marks import MOST_STARS
from engine.types import Label
from engine.words import counted
from gui import marks, theme
from gui.commands import command, tooltip
from gui.criteria import Counts, Criteria, Filter
from gui.flow_layout import FlowLayout

SEARCH_MS = 120  # after the last letter
ICON = 14
SEARCH_WIDTHS = (22, 13, 11)  # characters, by Density
LEAVING = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)  # the search field
DETAILS = (Filter.EYES_CLOSED, Filter.SOFT, Filter.FAILED)


class Density(IntEnum):
    """What is left away where the bar would need a second line. Tooltips always have all counts."""

    ALL = 0
    NO_STAR_COUNTS = 1
    NO_COUNTS_OF_MARKS = 2


class FilterDetails(QWidget):
    """Each control shows how many photos it would leave, where there is room for that."""

    toggled = Signal(object)  # Filter
    stars_toggled = Signal(int)
    label_toggled = Signal(object)  # Label
    searched = Signal(str)
    left = Signal()  # Escape or Return in the search field

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("filterBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        labels = [each for each in Label if each is not Label.NONE]
        self._stars = {n: self._button(f"At least {counted(n, 'star')}") for n in range(1, MOST_STARS + 1)}
        self._labels = {each: self._button(f"Labelled {each.value}") for each in labels}
        self._traits = {each: self._button(command(f"filter.{each.value}").title) for each in DETAILS}
        for button in self._stars.values():
            button.setProperty("compact", True)
            button.setProperty("bare", False)
            button.clicked.connect(self._choose_stars)
        for button in self._labels.values():
            button.setProperty("compact", True)
            button.setProperty("bare", False)
            button.clicked.connect(self._choose_label)
        for each, button in self._traits.items():
            button.setToolTip(tooltip(command(f"filter.{each.value}")))
            button.clicked.connect(self._choose_trait)
        self.search = self._search_field()
        self._later = QTimer(self, singleShot=True, interval=SEARCH_MS)
        self._later.timeout.connect(self._search)
        self._counts = Counts()
        self._density = Density.ALL
        self._room: tuple[int, ...] = ()  # width and lengths of the counts that it was chosen for
        self._icons: dict[tuple[Label | bool, bool], QIcon] = {}  # by what is shown, and the theme
        self._lay_out()

    def _button(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("filter", True)
        button.setCheckable(True)
        button.setIconSize(QSize(ICON, ICON))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setToolTip(name)
        button.setAccessibleName(name)
        return button

    def _search_field(self) -> QLineEdit:
        field = QLineEdit(self)
        field.setPlaceholderText("Search")
        field.setClearButtonEnabled(True)
        field.setToolTip(tooltip(command("filter.search")))
        field.setAccessibleName("Search")
        field.textChanged.connect(self._note_text)
        field.setAcceptDrops(False)  # a folder that is dropped here is to be opened, too
        field.installEventFilter(self)
        return field

    def _lay_out(self) -> None:
        self._flow = FlowLayout(self, gap=1)
        self._flow.setContentsMargins(8, 3, 10, 3)
        for group in (self._stars, self._labels, self._traits):
            self._flow.add_group(group.values())
        self._flow.add_to_right(self.search)

    def show_choice(self, criteria: Criteria, counts: Counts) -> None:
        """Show which filters are on and what each would leave."""
        self._counts = counts
        for stars, button in self._stars.items():
            button.setIcon(self._icon(stars <= criteria.stars))
            button.setChecked(stars == criteria.stars)
            button.setToolTip(f"{button.accessibleName()}: {counted(counts.by_stars[stars], 'photo')}")
        for label, button in self._labels.items():
            button.setIcon(self._icon(label))
            button.setChecked(label in criteria.labels)
            button.setToolTip(f"{button.accessibleName()}: {counted(counts.by_label[label], 'photo')}")
        for each, button in self._traits.items():
            button.setChecked(criteria.has(each))
            button.setText(f"{command(f'filter.{each.value}').title}  {counts[each]}")
        self._fit()
        if not self._later.isActive() and self.search.text().strip() != criteria.text:
            self.search.setText(criteria.text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show all counts, or as many as one line has room for."""
        counts = (*self._counts.by_stars, *self._counts.by_label.values(), *self._counts.by_filter.values())
        room = self.width(), *(len(str(count)) for count in counts)
        if self.isHidden():
            return
        if room == self._room:
            self._write(self._density)
            return
        self._room = room
        for density in (*Density, Density.ALL):  # in two lines there is room for all of them
            self._write(density)
            if self._flow.lines_within(self.width()) == 1:
                return

    def _write(self, density: Density) -> None:
        self._density = density
        for stars, button in self._stars.items():
            _set_text(button, "" if density else f"{stars}+\N{EN SPACE}{self._counts.by_stars[stars]}")
        bare = density is Density.NO_COUNTS_OF_MARKS
        for label, button in self._labels.items():
            _set_text(button, "" if bare else str(self._counts.by_label[label]))
        width = SEARCH_WIDTHS[density] * self.search.fontMetrics().averageCharWidth()
        self.search.setFixedWidth(width)  # its own hint grows with the text

    def _icon(self, shown: Label | bool) -> QIcon:
        """Return a label's icon, or a star's, lit or not; drawn once: the bar follows every decision."""
        key = shown, theme.is_light()
        if key not in self._icons:
            self._icons[key] = star_icon(lit=shown) if isinstance(shown, bool) else label_icon(shown)
        return self._icons[key]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape and Return lead from the search field back to the photos, whatever they do elsewhere."""
        if watched is not self.search or not isinstance(event, QKeyEvent) or event.key() not in LEAVING:
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # else the command with this key takes it
        elif event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.search.clear()
            self._search()
            self.left.emit()
        return True

    @Slot()
    def _note_text(self) -> None:
        self._later.start()

    @Slot()
    def _search(self) -> None:
        self._later.stop()
        self.searched.emit(self.search.text())

    @Slot()
    def _choose_stars(self) -> None:
        self.stars_toggled.emit(next(n for n, button in self._stars.items() if button is self.sender()))

    @Slot()
    def _choose_label(self) -> None:
        self.label_toggled.emit(next(x for x, button in self._labels.items() if button is self.sender()))

    @Slot()
    def _choose_trait(self) -> None:
        self.toggled.emit(next(x for x, button in self._traits.items() if button is self.sender()))


def _set_text(button: QToolButton, text: str) -> None:
    """Give a button its text beside the icon; without any, no room is kept for it."""
    button.setText(text)
    if bool(text) is button.property("bare"):
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if text else Qt.ToolButtonStyle.ToolButtonIconOnly
        button.setToolButtonStyle(style)
        button.setProperty("bare", not text)
        button.style().polish(button)


def label_icon(label: Label) -> QIcon:
    """Return a label's shape as an icon that is sharp at 1x and 2x."""
    return _icon(lambda painter, box: marks.draw_label(painter, box, label))


def star_icon(*, lit: bool) -> QIcon:
    colour = theme.FOCUS if lit else theme.FAINT
    return _icon(lambda painter, box: marks.draw_star(painter, box, colour))


def _icon(draw: marks.Draw) -> QIcon:
    icon = QIcon()
    for ratio in (1, 2):
        pixmap = QPixmap(ICON * ratio, ICON * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw(painter, QRectF(1, 1, ICON - 2, ICON - 2))
        painter.end()
        icon.addPixmap(pixmap)
    return icon
