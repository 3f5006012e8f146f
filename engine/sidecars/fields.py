"""What each field of a sidecar says of a photo: one entry per field, for all programs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.sidecars.label_words import KNOWN_WORDS, LabelWords
from engine.sidecars.names import DARKTABLE, DIGIKAM, DYNAMIC_MEDIA, PHOTO_MECHANIC, PHOTOSHOP, XMP, usual
from engine.sidecars.packet import Packet
from engine.sidecars.spans import Name
from engine.types import Decision, Label


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one field says; None where it says nothing, or nothing that can be understood."""

    decision: Decision | None = None
    stars: int | None = None
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field, and how its value is understood. An array's value is its items, joined by blanks."""

    name: Name
    aspects: frozenset[str]  # of the marks, that it speaks of
    understand: Callable[[str], Opinion]
    array: bool = False

    def read(self, packet: Packet) -> str | None:
        """Return the value, None where the field is not there."""
        if not self.array:
            return packet.text(self.name)
        items = packet.items(self.name)
        return None if items is None else " ".join(items)

    def understand_with(self, words: LabelWords, text: str) -> Opinion:
        """Return what a value says where labels may have words of the photographer's own."""
        if self.name in (LABEL, LABEL_COLOR):
            return Opinion(label=words.label(text))
        return self.understand(text)


RATING: Name = (XMP, "Rating")
LABEL: Name = (XMP, "Label")
PICK: Name = (DYNAMIC_MEDIA, "pick")
GOOD: Name = (DYNAMIC_MEDIA, "good")
LABEL_COLOR: Name = (PHOTOSHOP, "LabelColor")
PICK_LABEL: Name = (DIGIKAM, "PickLabel")
COLOR_LABEL: Name = (DIGIKAM, "ColorLabel")
COLOR_LABELS: Name = (DARKTABLE, "colorlabels")
TAGGED: Name = (PHOTO_MECHANIC, "Tagged")
COLOR_CLASS: Name = (PHOTO_MECHANIC, "ColorClass")
PREFS: Name = (PHOTO_MECHANIC, "Prefs")

DARKTABLE_COLORS = {Label.RED: 0, Label.YELLOW: 1, Label.GREEN: 2, Label.BLUE: 3, Label.PURPLE: 4}
DIGIKAM_COLORS = {
    Label.NONE: 0,
    Label.RED: 1,
    Label.YELLOW: 3,
    Label.GREEN: 4,
    Label.BLUE: 5,
    Label.PURPLE: 6,
}
# Photo Mechanic's colour classes by the colours it comes with; 3 is orange, 6 cyan, 8 grey.
MECHANIC_COLORS = {
    Label.NONE: 0,
    Label.PURPLE: 1,
    Label.RED: 2,
    Label.YELLOW: 4,
    Label.GREEN: 5,
    Label.BLUE: 7,
}

_PICKS = {"1": Decision.ACCEPT, "0": Decision.NONE, "-1": Decision.REJECT}
_GOOD = {"true": Decision.ACCEPT, "false": Decision.REJECT}
_PICK_LABELS = {"0": Decision.NONE, "1": Decision.REJECT, "2": Decision.NONE, "3": Decision.ACCEPT}
_TAGGED = {"true": Decision.ACCEPT, "false": Decision.NONE}


def _rating(text: str) -> Opinion:
    """-1 is a reject (XMP), and so is 6 (old darktable); neither says anything of stars."""
    try:
        value = float(text)
    except ValueError:
        return Opinion()
    if value < 0 or value == 6:
        return Opinion(decision=Decision.REJECT)
    if math.isnan(value) or value > 6:
        return Opinion()
    return Opinion(decision=Decision.NONE, stars=min(5, int(value)))


def _label_word(text: str) -> Opinion:
    return Opinion(label=KNOWN_WORDS.label(text))


def _decision_by(words: Mapping[str, Decision]) -> Callable[[str], Opinion]:
    return lambda text: Opinion(decision=words.get(text.lower()))


def _label_by(numbers: Mapping[Label, int]) -> Callable[[str], Opinion]:
    labels = {str(number): label for label, number in numbers.items()}
    return lambda text: Opinion(label=labels.get(text))


def _darktable_colors(text: str) -> Opinion:
    """darktable can give several labels; the first one in its order counts."""
    if not text:
        return Opinion(label=Label.NONE)
    labels = {str(number): label for label, number in DARKTABLE_COLORS.items()}
    known = [labels[item] for item in sorted(text.split()) if item in labels]
    return Opinion(label=known[0] if known else None)


_DECISION, _LABEL = frozenset({"decision"}), frozenset({"label"})
FIELDS = (
    Field(PICK, _DECISION, _decision_by(_PICKS)),
    Field(GOOD, _DECISION, _decision_by(_GOOD)),
    Field(PICK_LABEL, _DECISION, _decision_by(_PICK_LABELS)),
    Field(TAGGED, _DECISION, _decision_by(_TAGGED)),
    Field(RATING, frozenset({"decision", "stars"}), _rating),
    Field(LABEL, _LABEL, _label_word),
    Field(LABEL_COLOR, _LABEL, _label_word),
    Field(COLOR_LABELS, _LABEL, _darktable_colors, array=True),
    Field(COLOR_LABEL, _LABEL, _label_by(DIGIKAM_COLORS)),
    Field(COLOR_CLASS, _LABEL, _label_by(MECHANIC_COLORS)),
)
BY_NAME = {field.name: field for field in FIELDS}
USUAL_NAMES = {usual(field.name): field for field in FIELDS}


def read_fields(packet: Packet) -> dict[str, str]:
    """Return what the fields that are there hold, by their usual name."""
    found = ((usual(field.name), field.read(packet)) for field in FIELDS)
    return {name: value for name, value in found if value is not None}
