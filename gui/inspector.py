"""The inspector: component scores and what produced them, reasons, faces, metrics, EXIF of one photo."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from html import escape

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QTextBrowser, QWidget

from engine.types import SCORING_ROLES, Metadata, ModelStatus, Role, Score
from gui import theme, wording
from gui.album_model import AlbumModel
from gui.entry import Entry

REFRESH_MS = 50
BAR = 120  # pixels of a full bar
METRICS = (
    "sharpness",
    "exposure",
    "colourfulness",
    "contrast",
    "noise",
    "clipped_highlights",
    "clipped_shadows",
)


class Inspector(QTextBrowser):
    """Shows one photo's scores with their provenance."""

    def __init__(
        self, model: AlbumModel, weights: Mapping[Role, float], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setAccessibleName("Inspector")
        for part in (self, self.viewport()):
            part.setAcceptDrops(False)  # a folder that is dropped here is to be opened, too
        self.setMinimumWidth(max(300, 34 * self.fontMetrics().averageCharWidth()))
        self._model, self._weights = model, weights
        self._entry: Entry | None = None
        self._shown = ""
        self._statuses: dict[Role, ModelStatus] = {}
        self._later = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._later.timeout.connect(self._show)
        model.changed.connect(self.refresh)

    def show_entry(self, entry: Entry | None) -> None:
        self._entry = entry
        self.refresh()

    def show_statuses(self, statuses: Sequence[ModelStatus]) -> None:
        self._statuses = {status.role: status for status in statuses}
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show what is known now; soon, so that a burst of changes is drawn once."""
        if not self._later.isActive():
            self._later.start()

    @Slot()
    def _show(self) -> None:
        seen = not self.visibleRegion().isEmpty()  # a panel behind another one counts as visible
        if seen and (html := self.html()) != self._shown:
            self._shown = html  # laying it out takes far longer than making it
            self.setHtml(html)

    @Slot(bool)
    def note_visible(self, _visible: bool) -> None:
        """The panel came to the front of its tabs, or went behind another one."""
        self.refresh()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._show()

    def html(self) -> str:
        """Return the sheet of the current photo."""
        entry = self._entry
        if entry is None or self._model.entry(entry.photo.id) is not entry:
            return _muted("No photo is selected.")
        parts = [self._head(entry)]
        if entry.error:  # it never gets a score: no model is to blame for that
            return "".join([*parts, _toned(wording.failure_text(entry), "bad"), _exif(entry)])
        parts += [self._scores(entry), self._why(entry), self._pairs(entry)]
        parts += [_faces(self._score(entry, Role.PORTRAIT)), _metrics(self._score(entry, Role.QUALITY))]
        parts.append(_exif(entry))
        return "".join(parts)

    def _head(self, entry: Entry) -> str:
        files = "<br>".join(escape(file.name) for file in entry.photo.files)
        pick = f" · {wording.pick_text(entry)}" if entry.is_pick else ""
        state = _muted(f"{wording.marks_text(entry.marks)}{pick}")
        return f"<p><b style='font-size:large'>{files}</b></p>{state}"

    def _scores(self, entry: Entry) -> str:
        composite = wording.composite_line(entry, awaited=self._model.awaited)
        ran = len(entry.ranked.composite_of) if entry.ranked else 0
        of = f"from {ran} of {self._model.roles} models" if ran else ""
        rows = "".join(self._score_row(entry, role) for role in SCORING_ROLES)
        return f"{_title(composite)}{_muted(of)}<table cellspacing='0'>{rows}</table>"

    def _score_row(self, entry: Entry, role: Role) -> str:
        score = self._score(entry, role)
        title = wording.ROLE_TITLES[role]
        weight = f"weight {self._weights[role]:g}"
        if score is None:
            status = self._statuses.get(role)
            why = status.reason if status and status.reason else ""
            tone = "warn" if why or not self._model.awaited else "muted"
            words = f"<b>{title}</b> {_span(weight)}<br>{_span(why or 'not scored yet', tone)}"
            return f"<tr><td colspan='3' style='padding-top:9px'>{words}</td></tr>"
        raw = wording.raw_text(score) if role is Role.AESTHETIC else ""
        facts = _span(" · ".join(filter(None, (raw, weight))))
        nowrap = "style='white-space:nowrap; padding-top:9px'"
        return (
            f"<tr><td {nowrap}><b>{title}</b>&nbsp;&nbsp;</td>"
            f"<td style='padding-top:12px'>{_bar(score.value)}</td>"
            f"<td {nowrap} align='right'>&nbsp;<b>{wording.percent(score.value)}</b></td></tr>"
            f"<tr><td colspan='3'>{facts}<br>{_span(self._provenance(score))}</td></tr>"
        )

    def _score(self, entry: Entry, role: Role) -> Score | None:
        return None if role in self._model.off else entry.score(role)

    def _provenance(self, score: Score) -> str:
        status = self._statuses.get(score.role)
        name = status.name if status else score.role.value
        digest = f" [{score.sha256[:8]}]" if score.sha256 else " [rules, no checkpoint]"
        warning = f" · {status.warning}" if status and status.warning else ""
        return f"{name}{digest} · {'from cache' if score.cached else 'this run'}{warning}"

    def _why(self, entry: Entry) -> str:
        """Say why, without what a comparator said: that is below, among the close pairs, with who said it."""
        comparison = entry.ranked.comparison if entry.ranked else ""
        return _listed("Why", [why for why in wording.reasons(entry) if why != comparison])

    def _pairs(self, entry: Entry) -> str:
        """Say how the photo compares with those close to it, under the name of who judged them."""
        judged: dict[str, list[str]] = {}
        for verdict, other in self._model.verdicts(entry):
            words = wording.verdict_in_short(verdict, entry, other)
            judged.setdefault(wording.judge(verdict), []).append(words)
        return "".join(_listed("Close pairs", words, by) for by, words in judged.items())


def _faces(portrait: Score | None) -> str:
    if portrait is None or not portrait.faces:
        return ""
    items = "".join(f"<li>{escape(wording.face_text(face))}</li>" for face in portrait.faces[:20])
    return f"{_title(f'Faces: {len(portrait.faces)}')}<ol style='margin:0 0 0 -20px'>{items}</ol>"


def _metrics(quality: Score | None) -> str:
    if quality is None:
        return ""
    rows = [
        (name.replace("_", " "), f"{quality.details[name]:.2f}")
        for name in METRICS
        if name in quality.details
    ]
    return _title("Metrics") + _table(rows)


def _exif(entry: Entry) -> str:
    if entry.inspected is None:
        return ""
    rows = [(name, value) for name, value in _exif_rows(entry.inspected.metadata) if value]
    return _title("Capture") + _table(rows) if rows else ""


def _exif_rows(meta: Metadata) -> list[tuple[str, str]]:
    size = f"{meta.width} x {meta.height}" if meta.width and meta.height else ""
    megapixels = f" ({meta.width * meta.height / 1e6:.1f} MP)" if meta.width and meta.height else ""
    taken = meta.captured_at
    return [
        ("time", f"{taken:%Y-%m-%d %H:%M:%S}" if taken else ""),
        ("camera", meta.camera or ""),
        ("lens", meta.lens or ""),
        ("exposure", wording.exposure_line(meta)),
        ("size", size + megapixels),
    ]


def _table(rows: Sequence[tuple[str, str]]) -> str:
    cells = (f"<tr><td>{_span(name)}&nbsp;&nbsp;</td><td>{escape(value)}</td></tr>" for name, value in rows)
    return f"<table cellspacing='0'>{''.join(cells)}</table>"


def _bar(value: float) -> str:
    filled = max(1, round(BAR * min(max(value, 0.0), 1.0)))
    cells = ((filled, theme.ACCENT), (BAR - filled + 1, theme.SELECTED))
    row = "".join(
        f"<td width='{width}' height='7' bgcolor='{colour.name()}'></td>" for width, colour in cells
    )
    return f"<table cellspacing='0' cellpadding='0'><tr>{row}</tr></table>"


def _title(text: str) -> str:
    return f"<p style='margin:14px 0 2px 0'><b>{escape(text)}</b></p>"


def _listed(title: str, items: Collection[str], by: str = "") -> str:
    """Return a titled list, with whose words they are; nothing where it is empty."""
    points = "".join(f"<li>{escape(item)}</li>" for item in items)
    points = f"<ul style='margin:0 0 0 -24px'>{points}</ul>"
    return f"{_title(title)}{_muted(by)}{points}" if items else ""


def _muted(text: str) -> str:
    return f"<p style='margin:0'>{_span(text)}</p>" if text else ""


def _toned(text: str, tone: str) -> str:
    return f"<p>{_span(text, tone)}</p>"


def _span(text: str, tone: str = "muted") -> str:
    colours = {"muted": theme.MUTED, "warn": theme.WARN, "bad": theme.BAD}
    return f"<span style='color:{colours[tone].name()}'>{escape(text)}</span>"
