"""Says in words what is known of a photo: for cells, tooltips, the large view and screen readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

from engine.library.marks import MarkChange
from engine.scoring.composite import EYES_OPEN
from engine.selection.pairs import COMPOSITE_SOURCE
from engine.types import Decision, Face, Label, Marks, Metadata, Role, Score, Verdict
from engine.words import counted, printable
from gui.entry import Entry

ROLE_TITLES = {
    Role.AESTHETIC: "Aesthetic",
    Role.QUALITY: "Quality",
    Role.PORTRAIT: "Portrait",
    Role.COMPARATOR: "Comparator",
}
DECISION_TITLES = {Decision.NONE: "Undecided", Decision.ACCEPT: "Accepted", Decision.REJECT: "Rejected"}
PENDING = "…"
NO_SCORE = "no score"
AWAITED = "not compared yet"


def as_sentence(reason: str) -> str:
    """Return a reason with a capital letter; a file's name at its beginning stays as it is."""
    return reason[:1].upper() + reason[1:] if reason.partition(" ")[0].isalpha() else reason


def stars_text(stars: int) -> str:
    return counted(stars, "star") if stars else "no stars"


def label_text(label: Label) -> str:
    return "no label" if label is Label.NONE else label.value


def marks_text(marks: Marks) -> str:
    """Return such as "Accepted, 3 stars, red"; stars and label only where there are any."""
    words = [DECISION_TITLES[marks.decision]]
    words += [stars_text(marks.stars)] if marks.stars else []
    words += [label_text(marks.label)] if marks.label is not Label.NONE else []
    return ", ".join(words)


def change_text(names: Collection[str], changes: Iterable[MarkChange]) -> str:
    """Return what was done: "IMG_2.JPG rejected", "5 photos: 3 stars", "1 photo accepted, 7 rejected"."""
    each = Counter(_one_change(change) for change in changes)
    done = sorted(each)
    decisions_only = all(word in _DECISION_WORDS for word in done)
    if decisions_only and len(done) > 1:
        (first, count), *others = ((word, each[word]) for word in done)
        return ", ".join([f"{counted(count, 'photo')} {first}", *(f"{n} {word}" for word, n in others)])
    what = next(iter(names)) if len(names) == 1 else f"{len(names)} photos"
    return f"{what}{' ' if decisions_only else ': '}{' / '.join(done)}"


def split_text(names: Sequence[str], *, several: bool) -> str:
    """Return what was split, for undo: "IMG_4.JPG begins a new group of 3"."""
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    if several:
        return f"{names[0]}{more} are a group of their own"
    return f"{names[0]} begins a new group" + (f" of {len(names)}" if more else "")


def merge_text(names: Sequence[str], groups: int) -> str:
    """Return what was merged, for undo: "2 groups made one: IMG_1.JPG and 5 more"."""
    return f"{groups} groups made one: {names[0]} and {len(names) - 1} more"


def _one_change(change: MarkChange) -> str:
    parts = [DECISION_TITLES[change.decision].lower()] if change.decision is not None else []
    parts += [stars_text(change.stars)] if change.stars is not None else []
    parts += [label_text(change.label)] if change.label is not None else []
    return ", ".join(parts)


_DECISION_WORDS = {title.lower() for title in DECISION_TITLES.values()}


class Eyes(Enum):
    """What can be said of the eyes of a photo's prominent faces."""

    OPEN = "eyes open"
    CLOSED = "eyes closed"
    UNSURE = "eyes: can't tell"


@dataclass(frozen=True, slots=True)
class FacesFound:
    """How many faces, and the worst that is known of the prominent ones' eyes."""

    count: int
    eyes: Eyes
    closed: int

    def __str__(self) -> str:
        closed = f" on {self.closed}" if self.closed else ""
        return f"{counted(self.count, 'face')}, {self.eyes.value}{closed}"


def faces_found(entry: Entry) -> FacesFound | None:
    """Return the faces of a photo, or None when there are none or nobody looked."""
    portrait = entry.score(Role.PORTRAIT)
    if portrait is None or not portrait.faces:
        return None
    prominent = [face for face in portrait.faces if face.prominent]
    closed = sum(1 for face in prominent if face.eyes_open is not None and face.eyes_open < EYES_OPEN)
    if closed:
        return FacesFound(len(portrait.faces), Eyes.CLOSED, closed)
    unsure = any(face.eyes_open is None for face in prominent)
    return FacesFound(len(portrait.faces), Eyes.UNSURE if unsure else Eyes.OPEN, 0)


def percent(value: float) -> str:
    """Return a 0..1 value as 0..100 without a sign, as photographers read scores."""
    return f"{value * 100:.0f}"


def composite_text(entry: Entry, *, awaited: bool) -> str:
    """Return the composite 0..100; an ellipsis while it is awaited; else that there is none.

    A dash stands for a photo that cannot be read, which says why itself.
    """
    if entry.ranked is not None and entry.ranked.composite is not None:
        return percent(entry.ranked.composite)
    if entry.error:
        return "–"
    return PENDING if awaited else NO_SCORE


def composite_line(entry: Entry, *, awaited: bool) -> str:
    """Return such as "Composite 72", or that there is none."""
    text = composite_text(entry, awaited=awaited)
    return text.capitalize() if text == NO_SCORE else f"Composite {text}"


def is_own_pick(entry: Entry) -> bool:
    return entry.ranked is not None and entry.ranked.own_pick


def pick_text(entry: Entry) -> str:
    """Return who picked a photo, or nothing where nobody did."""
    if is_own_pick(entry):
        return "your pick"
    return "suggested pick" if entry.is_pick else ""


def group_tag(entry: Entry) -> str:
    """Return what is special about a photo's group: a bracket, a panorama, or made by hand."""
    if entry.ranked is None:
        return ""
    if entry.ranked.sequence is not None:
        return entry.ranked.sequence.value
    return "your group" if entry.ranked.own_group else ""


def failure_text(entry: Entry) -> str:
    """Return why a photo cannot be shown, as a sentence."""
    return f"The file {entry.error}." if entry.error else ""


def reasons(entry: Entry) -> tuple[str, ...]:
    """Return why a photo is suggested or not; nothing while its scores are awaited."""
    ranked = entry.ranked
    return () if ranked is None or ranked.composite is None or entry.error else ranked.reasons


def models_text(entry: Entry, roles: int) -> str:
    """Return "2/3" when fewer than all `roles` made the composite, else nothing."""
    ranked = entry.ranked
    if ranked is None or ranked.composite is None or len(ranked.composite_of) >= roles:
        return ""
    return f"{len(ranked.composite_of)}/{roles}"


def stem(name: str) -> str:
    """Return the file's name without folder and ending; line breaks in it are written as escapes."""
    return printable(PurePosixPath(name).stem)


def telling_verdict(entry: Entry, picks: set[int]) -> Verdict | None:
    """Return the verdict to show on a photo: the one against its group's pick, else its first."""
    with_pick = [v for v in entry.verdicts if _other(v, entry) in picks]
    return next(iter(with_pick or entry.verdicts), None)


def _other(verdict: Verdict, entry: Entry) -> int:
    return verdict.b if verdict.a == entry.photo.id else verdict.a


def verdict_parts(verdict: Verdict, entry: Entry, other_name: str) -> tuple[str, str, str]:
    """Return such as ("≈ ▲ ", "IMG_2", " · 54% composite"): up where `entry` won. The name may be elided.

    A comparator goes by its role here; its name and hash are in the sentence.
    """
    if verdict.awaited:
        return "≈ ", stem(other_name), f" · {AWAITED}"
    if verdict.winner is None:
        return "≈ ", stem(other_name), " · can't tell"
    arrow = "▲" if verdict.winner == entry.photo.id else "▼"
    by = COMPOSITE_SOURCE if verdict.source == COMPOSITE_SOURCE else Role.COMPARATOR.value
    return f"≈ {arrow} ", stem(other_name), f" · {verdict.confidence * 100:.0f}% {by}"


def verdict_sentence(verdict: Verdict, entry: Entry, other_name: str) -> str:
    """Return the verdict in full, with what produced it."""
    if verdict.awaited:
        return f"Close pair with {other_name}: {AWAITED} by the comparator; until then by composite"
    by = f"by {judge(verdict)}"
    if verdict.winner is None:
        return f"Close pair with {other_name}: can't tell, {by}"
    word = "preferred to" if verdict.winner == entry.photo.id else "second to"
    return f"Close pair: {word} {other_name} with {verdict.confidence * 100:.0f}% confidence, {by}"


def verdict_in_short(verdict: Verdict, entry: Entry, other_name: str) -> str:
    """Return the verdict without who judged."""
    if verdict.awaited:
        return f"{other_name}: {AWAITED}"
    if verdict.winner is None:
        return f"can't tell from {other_name}"
    word = "preferred to" if verdict.winner == entry.photo.id else "second to"
    return f"{word} {other_name}, {verdict.confidence * 100:.0f}% sure"


def judge(verdict: Verdict) -> str:
    """Return who judged a pair, with the hash of its checkpoint where it has one."""
    if verdict.awaited:
        return "the comparator; until then by composite"
    return verdict.source + (f" [{verdict.sha256[:8]}]" if verdict.sha256 else "")


def pair_sentence(verdict: Verdict | None, left: Entry | None, right: Entry | None, *, awaited: bool) -> str:
    """Return what was said of two photos side by side, and by whom; arrows point at the one preferred."""
    if left is None or right is None:
        return "There is nothing to compare this photo with."
    if verdict is None:
        moments = {left.group, right.group} - {None}
        why = "Two different moments" if len(moments) > 1 else "No close pair"
        return f"{why}: {_composites(left, right, awaited)}"
    if verdict.awaited:
        return f"Close pair: {AWAITED} · {_composites(left, right, awaited)}"
    by = f"by {judge(verdict)}"
    if verdict.winner is None:
        return f"Close pair: can't tell · {by}"
    sure = f"preferred · {verdict.confidence * 100:.0f}% confidence · {by}"
    return (
        f"◀  {stem(left.photo.name)} {sure}"
        if verdict.winner == left.photo.id
        else f"{stem(right.photo.name)} {sure}  ▶"
    )


def _composites(left: Entry, right: Entry, awaited: bool) -> str:
    ours, theirs = (composite_text(entry, awaited=awaited) for entry in (left, right))
    return "neither has a score" if ours == theirs == NO_SCORE else f"composite {ours} against {theirs}"


def exposure_line(metadata: Metadata) -> str:
    """Return such as "1/250 s · f/2.8 · ISO 400 · 85 mm"; empty when EXIF is silent."""
    parts: list[str] = []
    if metadata.exposure_time:
        parts.append(shutter(metadata.exposure_time))
    if metadata.f_number:
        parts.append(f"f/{metadata.f_number:g}")
    if metadata.iso:
        parts.append(f"ISO {metadata.iso}")
    if metadata.focal_length:
        parts.append(f"{metadata.focal_length:g} mm")
    if metadata.exposure_bias:
        parts.append(f"{metadata.exposure_bias:+.1f} EV")
    return " · ".join(parts)


def shutter(seconds: float) -> str:
    if seconds >= 0.3:
        return f"{seconds:g} s"
    return f"1/{1 / seconds:.0f} s"


def raw_text(score: Score) -> str:
    """Return a score on its model's own scale, where it has one."""
    if score.raw is None:
        return ""
    return f"AVA {score.raw:.2f}" if score.role is Role.AESTHETIC else f"{score.raw:.2f}"


def face_text(face: Face) -> str:
    """Return one face in words."""
    eyes = _eyes_text(face.eyes_open)
    smile = "" if face.smile is None else f", {_share('smile', face.smile)}"
    background = "" if face.prominent else ", in the background"
    return f"{eyes}{smile}{background}"


def _eyes_text(eyes_open: float | None) -> str:
    if eyes_open is None:
        return "eyes: can't tell"
    if eyes_open < EYES_OPEN:
        return f"eyes closed ({(1 - eyes_open) * 100:.0f}% sure)"
    return f"eyes open ({eyes_open * 100:.0f}% sure)"


def _share(word: str, value: float) -> str:
    return f"{word} {value * 100:.0f}%"


def _article(tag: str) -> str:
    return tag if tag.startswith("your") else f"a {tag}"


def tooltip(entry: Entry, scores: Sequence[Score], roles: int, verdict: str | None, *, awaited: bool) -> str:
    """Return what a cell cannot hold: full name, state, scores that count, reasons, verdict."""
    lines = [printable(entry.photo.name)]
    if entry.error:
        lines.append(failure_text(entry))
    tag = group_tag(entry)
    state = [marks_text(entry.marks), *filter(None, (pick_text(entry), tag and f"in {_article(tag)}"))]
    lines.append(", ".join(state))
    ranked = entry.ranked
    if ranked is not None and ranked.composite is not None:
        parts = ", ".join(f"{ROLE_TITLES[s.role].lower()} {percent(s.value)}" for s in scores)
        of = f" from {len(ranked.composite_of)} of {roles} models"
        lines.append(f"Composite {percent(ranked.composite)}{of} ({parts})")
    elif composite_text(entry, awaited=awaited) == NO_SCORE:
        lines.append("No score: no model that is switched on has scored it")
    why = reasons(entry)
    known = any(score.role is Role.PORTRAIT for score in scores)
    if known and (found := faces_found(entry)) and not any("face" in each for each in why):
        lines.append(str(found))
    lines += why
    return "\n".join([*lines, verdict] if verdict else lines)
