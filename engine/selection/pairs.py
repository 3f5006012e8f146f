"""Verdicts on close pairs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from engine.selection.opinions import Opinions
from engine.selection.round_robin import tells
from engine.types import Role, Score, Verdict

COMPOSITE_SOURCE = "composite"
CLOSE_CANDIDATES = 6  # of one group that are compared with each other
# How often the higher composite had the higher human opinion, on close pairs (0.05 apart at most) of frames
# of one scene: development series of BIQ2021, no faces judged. With learned quality, on 864 photos that it
# was not trained on (2,868 pairs): 54% for gaps under 0.005, 73% from 0.01 to 0.02, 90% from 0.03 to 0.05;
# the curve says 54%, 70%, 90%. With the rules, on 952 photos (3,975 pairs): 52%, 68%, 83%; it says 53%, 65%,
# 84%.
LEARNED_SLOPE = 57.0
RULES_SLOPE = 42.0


def slope_of(scores: Iterable[Mapping[Role, Score]]) -> float:
    """Return the slope for composites of those scores: the less sure one unless a network judged quality."""
    qualities = [each[Role.QUALITY] for each in scores if Role.QUALITY in each]
    learned = qualities and all(quality.sha256 is not None for quality in qualities)
    return LEARNED_SLOPE if learned else RULES_SLOPE


def composite_verdict(a: int, b: int, composite_a: float, composite_b: float, slope: float) -> Verdict:
    """Decide a close pair by composite, and say so. Equal composites are "can't tell".

    Confidence is a logistic of the gap, fitted to human opinion.
    """
    gap = composite_a - composite_b
    winner = None if gap == 0 else (a if gap > 0 else b)
    return Verdict(a, b, winner, composite_probability(abs(gap), slope), COMPOSITE_SOURCE)


def composite_probability(gap: float, slope: float) -> float:
    """Return how probably a photo whose composite is larger by `gap` (-1..1) is thought better."""
    return 1.0 / (1.0 + math.exp(-slope * gap))


def close_candidates(composites: Mapping[int, float], close_range: float) -> list[int]:
    """Return the photo ids close to the best composite, in the order given (best first), CLOSE_CANDIDATES
    at most; none when there is nothing to compare them with.
    """
    if len(composites) < 2:
        return []
    top = max(composites.values())
    return [i for i, value in composites.items() if top - value <= close_range][:CLOSE_CANDIDATES]


def close_verdicts(
    close: Sequence[int],
    composites: Mapping[int, float],
    opinions: Opinions,
    cant_tell_below: float,
    slope: float,
) -> list[Verdict]:
    """Judge every pair of close candidates: by the comparator where it has an opinion, else by composite.

    A pair that the comparator was not asked about yet says so.
    """
    verdicts: list[Verdict] = []
    for a, b in itertools.combinations(close, 2):
        verdict = _comparator_verdict(a, b, opinions, cant_tell_below)
        if verdict is None:
            verdict = composite_verdict(a, b, composites[a], composites[b], slope)
            verdict = replace(verdict, awaited=opinions.awaited(a, b))
        verdicts.append(verdict)
    return verdicts


def _comparator_verdict(a: int, b: int, opinions: Opinions, cant_tell_below: float) -> Verdict | None:
    opinion = opinions.of(a, b)
    if opinion is None:
        return None
    preferred = a if opinion.first_over_second > 0.5 else b
    winner = preferred if tells(opinion, cant_tell_below) else None
    sure = max(opinion.first_over_second, 1.0 - opinion.first_over_second)
    return Verdict(a, b, winner, sure, opinions.source, opinions.sha256)
