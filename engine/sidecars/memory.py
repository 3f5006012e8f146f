"""What to remember of a sidecar that was read or written, so that later changes are known as such."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.sidecars.document import Document
from engine.sidecars.fields import USUAL_NAMES
from engine.sidecars.label_words import KNOWN_WORDS, LabelWords
from engine.sidecars.merge import Merged
from engine.sidecars.opinions import Said, Seen, weigh
from engine.types import Marks

_NOTHING = Marks()


def note(
    document: Document,
    merged: Merged,
    settled: frozenset[str],
    seen: Seen | None,
    words: LabelWords = KNOWN_WORDS,
) -> tuple[dict[str, str], Marks]:
    """Return the fields and marks to remember. Of aspects that are not settled the old ones are kept.

    A mark of ours is noted as agreed upon only where the sidecar says it, too: some hold no decision.
    """
    base = seen.marks if seen else _NOTHING
    said = weigh(document.fields, None, words)
    agreed = {
        aspect: getattr(merged.marks, aspect)
        for aspect in settled
        if aspect in merged.theirs or _says(said, aspect, merged.marks)
    }
    return _fields(document.fields, settled, seen), replace(base, **agreed)


def _fields(now: Mapping[str, str], settled: frozenset[str], seen: Seen | None) -> dict[str, str]:
    noted = dict(seen.fields) if seen else {}
    for name, field in USUAL_NAMES.items():
        if field.aspects <= settled:
            noted.pop(name, None)
            if name in now:
                noted[name] = now[name]
    return noted


def _says(said: Said, aspect: str, marks: Marks) -> bool:
    value = getattr(said, aspect)
    wanted = getattr(marks, aspect)
    return value == wanted or (value is None and wanted == getattr(_NOTHING, aspect))
