"""Verdicts on close pairs."""

from __future__ import annotations

import math

from engine.types import Verdict

COMPOSITE_SOURCE = "composite"
COMPOSITE_SLOPE = 10.0


def composite_verdict(a: int, b: int, composite_a: float, composite_b: float) -> Verdict:
    """Decide a close pair by composite, and say so. Equal composites are "can't tell".

    Confidence is a logistic of the gap, fitted where the composite's winner was compared with human opinion.
    """
    gap = composite_a - composite_b
    winner = None if gap == 0 else (a if gap > 0 else b)
    confidence = 1.0 / (1.0 + math.exp(-COMPOSITE_SLOPE * abs(gap)))
    return Verdict(a, b, winner, confidence, COMPOSITE_SOURCE)
