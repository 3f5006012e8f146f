"""Widgets side by side that go on in another line where the window is narrow or the font is large."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

Line = list[QLayoutItem]


class FlowLayout(QLayout):
    """As wide as it may be, as high as it needs to be.

    What is added with `add_group` stays together where a line is wide enough. What was added last, with
    `add_to_right`, stands at the right end of the first line with room for it, and gives way, as far as
    its minimum, before it takes another line.
    """

    def __init__(self, parent: QWidget | None = None, *, gap: int = 2) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._groups: list[list[QWidget]] = []
        self._right = 0  # how many of the last items stand at the right
        self.setSpacing(gap)

    def add_group(self, widgets: Iterable[QWidget]) -> None:
        """Add widgets that belong together."""
        self._groups.append(list(widgets))
        for widget in self._groups[-1]:
            self.addWidget(widget)

    def add_to_right(self, widget: QWidget) -> None:
        self.addWidget(widget)
        self._right += 1

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def lines_within(self, width: int) -> int:
        """Return how many lines it takes where the place is so many pixels wide."""
        margins = self.contentsMargins()
        return len(self._lines(width - margins.left() - margins.right()))

    def minimumSize(self) -> QSize:
        """Return the size of the largest item: all others can stand below it."""
        size = QSize()
        for item in self._shown():
            size = size.expandedTo(item.minimumSize())
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _place(self, rect: QRect, *, move: bool) -> int:
        """Put the items in lines; return how high all of them are."""
        margins = self.contentsMargins()
        inner = rect.marginsRemoved(margins)
        top = inner.top()
        for line in self._lines(inner.width()):
            height = max(item.sizeHint().height() for item in line)
            if move:
                self._place_line(line, QRect(inner.left(), top, inner.width(), height))
            top += height + self.spacing()
        return max(top - self.spacing(), inner.top()) - rect.top() + margins.bottom()

    def _lines(self, width: int) -> list[Line]:
        lines: list[Line] = []
        right = self._items[len(self._items) - self._right :]
        for unit in self._units(width, right):
            if not lines or self._needed(lines[-1] + unit) > width:
                lines.append([])
            lines[-1] += unit
        for item in (each for each in self._shown() if each in right):
            line = next((each for each in lines if self._needed([*each, item]) <= width), None)
            if line is None:
                lines.append([item])
            else:
                line.append(item)
        return lines

    def _units(self, width: int, right: Line) -> list[Line]:
        """Return the items at the left, those together that stay in one line."""
        units: list[Line] = []
        last: list[QWidget] | None = None
        for item in (each for each in self._shown() if each not in right):
            group = next((each for each in self._groups if item.widget() in each), None)
            if group is not None and group is last and self._needed([*units[-1], item]) <= width:
                units[-1].append(item)
            else:
                units.append([item])
            last = group
        return units

    def _needed(self, line: Line) -> int:
        """Return how many pixels a line needs at the least."""
        return sum(self._least(item) + self.spacing() for item in line) - self.spacing()

    def _least(self, item: QLayoutItem) -> int:
        hint = item.sizeHint().width()
        at_right = item in self._items[len(self._items) - self._right :]
        return min(hint, item.minimumSize().width()) if at_right else hint

    def _place_line(self, line: Line, box: QRect) -> None:
        right = self._items[len(self._items) - self._right :]
        spare = box.width() - self._needed(line)
        left = box.left()
        sizes: list[QSize] = []
        for item in line:
            size, least = item.sizeHint(), self._least(item)
            size.setWidth(least + min(max(0, spare), size.width() - least))
            spare -= size.width() - least
            sizes.append(size)
        pushed = False
        for item, size in zip(line, sizes, strict=True):
            if item in right and not pushed:
                left += max(0, spare)
                pushed = True
            item.setGeometry(QRect(QPoint(left, box.top() + (box.height() - size.height()) // 2), size))
            left += size.width() + self.spacing()
