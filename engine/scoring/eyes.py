"""Open, closed, or can't tell: the rule, apart from the models that see."""

from __future__ import annotations

from engine.scoring.face_landmarks import Expression
from engine.settings import PortraitAnalysis

TURNED = 0.75  # of the nose's way to a cheek: one eye is hidden
CLOSED_BLINK, OPEN_BLINK = 0.55, 0.45  # between them nobody can tell


def eyes_open(seen: Expression, settings: PortraitAnalysis) -> float | None:
    """Return how sure it is (0..1) that the eyes are open, or None for "can't tell"."""
    if abs(seen.turn) > TURNED:
        return None
    blink = (seen.blink_left + seen.blink_right) / 2
    if OPEN_BLINK < blink < CLOSED_BLINK:
        return None
    return round(1.0 - blink, 4)
