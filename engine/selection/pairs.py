"""Verdicts on close pairs."""

from __future__ import annotations

import math

from engine.types import Verdict

COMPOSITE_SOURCE = "composite"
# Fitted on 6,688 pairs of frames of one scene, the 113 development series of BIQ2021 (1,155 photos, no
# faces judged): how often the higher composite had the higher human opinion. It was 54% for gaps under
# 0.005, 66% from 0.01 to 0.02, 83% from 0.03 to 0.05; the curve says 53%, 65%, 83%.
COMPOSITE_SLOPE = 40.0


def composite_verdict(a: int, b: int, composite_a: float, composite_b: float) -> Verdict:
    """Decide a close pair by composite, and say so. Equal composites are "can't tell".

    Confidence is a logistic of the gap, fitted to human opinion.
    """
    gap = composite_a - composite_b
    winner = None if gap == 0 else (a if gap > 0 else b)
    confidence = 1.0 / (1.0 + math.exp(-COMPOSITE_SLOPE * abs(gap)))
    return Verdict(a, b, winner, confidence, COMPOSITE_SOURCE)
