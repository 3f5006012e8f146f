"""What each program is told: profiles over one model, each a set of fields."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.sidecars import fields
from engine.sidecars.fields import BY_NAME, FIELDS, PREFS, Field, Opinion
from engine.sidecars.label_words import BRIDGE_WORDS, KNOWN_WORDS, LabelWords
from engine.sidecars.packet import Packet
from engine.sidecars.spans import Name
from engine.types import Decision, Label, Marks


class Profile(StrEnum):
    """A program that reads sidecars."""

    LIGHTROOM = "lightroom"
    DARKTABLE = "darktable"
    DIGIKAM = "digikam"
    BRIDGE = "bridge"
    CAPTURE_ONE = "capture_one"
    PHOTO_MECHANIC = "photo_mechanic"


class RejectAsRating(StrEnum):
    """When a reject is written as xmp:Rating -1, which leaves no room for its stars."""

    UNSTARRED = "unstarred"
    ALWAYS = "always"
    NEVER = "never"


_COMMON = (fields.RATING, fields.LABEL)
_FIELDS: dict[Profile, tuple[Name, ...]] = {
    Profile.LIGHTROOM: (*_COMMON, fields.PICK, fields.GOOD, fields.LABEL_COLOR),
    Profile.DARKTABLE: (*_COMMON, fields.COLOR_LABELS),
    Profile.DIGIKAM: (*_COMMON, fields.PICK_LABEL, fields.COLOR_LABEL),
    Profile.BRIDGE: _COMMON,
    Profile.CAPTURE_ONE: _COMMON,
    Profile.PHOTO_MECHANIC: (*_COMMON, fields.TAGGED, fields.COLOR_CLASS),
}
_REJECTS_BY_RATING = frozenset({Profile.DARKTABLE, Profile.BRIDGE})
_UNKNOWN_FRAME = "-00001"  # how Photo Mechanic writes that a file has no frame number


@dataclass(frozen=True, slots=True)
class Targets:
    """For whom sidecars are written, and how a reject is."""

    profiles: tuple[Profile, ...]
    reject_as_rating: RejectAsRating = RejectAsRating.UNSTARRED
    words: LabelWords = KNOWN_WORDS  # a label that is there already is left where it means the same

    def names(self) -> tuple[Name, ...]:
        """Return the fields to write, each once."""
        return tuple(dict.fromkeys(name for profile in self.profiles for name in _FIELDS[profile]))

    def rates_rejects(self, marks: Marks) -> bool:
        """Whether this reject becomes a rating of -1."""
        if marks.decision is not Decision.REJECT or not _REJECTS_BY_RATING & set(self.profiles):
            return False
        if self.reject_as_rating is RejectAsRating.UNSTARRED:
            return marks.stars == 0
        return self.reject_as_rating is RejectAsRating.ALWAYS

    def label_word(self, label: Label) -> str | None:
        """Return the colour's name, None for no label; Bridge's own word where Bridge alone reads it."""
        if label is Label.NONE:
            return None
        alone = set(self.profiles) == {Profile.BRIDGE}
        return BRIDGE_WORDS[label] if alone else label.value.capitalize()


def write_fields(packet: Packet, marks: Marks, aspects: Collection[str], targets: Targets) -> None:
    """Put the named aspects of `marks` into the fields of the targets.

    A field is changed only where it says something else; one that cannot be understood is kept unless there
    is something to say. A field is made only to say something. Fields of other programs are never made, but
    those that are there are kept true: a sidecar must not say two things.
    """
    wanted = targets.names()
    for field in FIELDS:
        value = field.read(packet)
        if field.aspects & set(aspects) and (value is not None or field.name in wanted):
            _write(packet, field, value, marks, targets)
    if fields.TAGGED in wanted or packet.text(PREFS) is not None:
        _write_prefs(packet, marks, aspects)


def _write(packet: Packet, field: Field, value: str | None, marks: Marks, targets: Targets) -> None:
    wanted = _VALUES[field.name](marks, targets)
    meant = _SILENCE[field.name] if wanted is None else field.understand(wanted)
    now = Opinion() if value is None else field.understand_with(targets.words, value)
    if _differs(now, meant) and not _is_rejected(field, now, marks):
        _put(packet, field, wanted)


def _put(packet: Packet, field: Field, wanted: str | None) -> None:
    if wanted is None:
        packet.remove(field.name)
    elif field.array:
        packet.set_items(field.name, wanted.split())
    else:
        packet.set_text(field.name, wanted)


def _differs(now: Opinion, meant: Opinion) -> bool:
    """Whether a field has to change to mean this. What is not understood gives way to a real mark only."""
    pairs = (
        (now.decision, meant.decision, Decision.NONE),
        (now.stars, meant.stars, 0),
        (now.label, meant.label, Label.NONE),
    )
    return any(
        wanted is not None and wanted != (nothing if found is None else found)
        for found, wanted, nothing in pairs
    )


def _is_rejected(field: Field, now: Opinion, marks: Marks) -> bool:
    """Whether the rating says "rejected" already, which is right although nobody asked for it as a rating."""
    rejected = marks.decision is Decision.REJECT and now.decision is Decision.REJECT
    return field.name == fields.RATING and rejected and marks.stars == 0


def _write_prefs(packet: Packet, marks: Marks, aspects: Collection[str]) -> None:
    """Photo Mechanic's own summary: "tagged:colour class:rating:frame number"."""
    value = packet.text(PREFS)
    if value is None:
        if marks.stars or marks.label is not Label.NONE or marks.decision is Decision.ACCEPT:
            packet.set_text(PREFS, _prefs(marks, aspects, ["0", "0", "0", _UNKNOWN_FRAME]))
        return
    parts = value.split(":")
    if len(parts) == 4 and (new := _prefs(marks, aspects, parts)) != value:
        packet.set_text(PREFS, new)


def _prefs(marks: Marks, aspects: Collection[str], parts: Sequence[str]) -> str:
    tagged, color, stars, frame = (part.strip() for part in parts)
    if "decision" in aspects:
        tagged = str(int(marks.decision is Decision.ACCEPT))
    wanted = str(fields.MECHANIC_COLORS[marks.label])
    color_class = BY_NAME[fields.COLOR_CLASS]
    if "label" in aspects and _differs(color_class.understand(color), color_class.understand(wanted)):
        color = wanted
    if "stars" in aspects:
        stars = str(marks.stars)
    return f"{tagged}:{color}:{stars}:{frame}"


_PICKS = {Decision.ACCEPT: "1", Decision.NONE: "0", Decision.REJECT: "-1"}
_GOOD = {Decision.ACCEPT: "true", Decision.NONE: None, Decision.REJECT: "false"}
_PICK_LABELS = {Decision.ACCEPT: "3", Decision.NONE: "0", Decision.REJECT: "1"}

# What each field holds for these marks; None takes it out.
_VALUES: dict[Name, Callable[[Marks, Targets], str | None]] = {
    fields.RATING: lambda marks, targets: "-1" if targets.rates_rejects(marks) else str(marks.stars),
    fields.LABEL: lambda marks, targets: targets.label_word(marks.label),
    fields.LABEL_COLOR: lambda marks, _: None if marks.label is Label.NONE else marks.label.value,
    fields.PICK: lambda marks, _: _PICKS[marks.decision],
    fields.GOOD: lambda marks, _: _GOOD[marks.decision],
    fields.PICK_LABEL: lambda marks, _: _PICK_LABELS[marks.decision],
    fields.COLOR_LABEL: lambda marks, _: str(fields.DIGIKAM_COLORS[marks.label]),
    fields.COLOR_LABELS: lambda marks, _: str(fields.DARKTABLE_COLORS.get(marks.label, "")),
    fields.TAGGED: lambda marks, _: str(marks.decision is Decision.ACCEPT),
    fields.COLOR_CLASS: lambda marks, _: str(fields.MECHANIC_COLORS[marks.label]),
}
_NO_DECISION, _NO_LABEL = Opinion(decision=Decision.NONE), Opinion(label=Label.NONE)
_SILENCE = {fields.GOOD: _NO_DECISION, fields.LABEL: _NO_LABEL, fields.LABEL_COLOR: _NO_LABEL}
