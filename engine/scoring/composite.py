"""One number of several: the composite score and the portrait component from faces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.settings import PortraitRules, SelectionRules
from engine.types import SCORING_ROLES, Face, Role, Score

NO_FACE = 0.5  # a photo without a face is neither better nor worse for it
EYES_OPEN = 0.5  # at this probability and above eyes count as open


def weights_of(rules: SelectionRules) -> dict[Role, float]:
    """Return the weight of each scoring role; they sum to 1."""
    return {
        Role.AESTHETIC: rules.ava_weight,
        Role.QUALITY: rules.iqa_weight,
        Role.PORTRAIT: rules.portrait_weight,
    }


def compose(scores: Mapping[Role, Score], rules: SelectionRules) -> tuple[float | None, tuple[Role, ...]]:
    """Return the composite 0..1 and the roles it was made of.

    The weight of a role that has no score is shared among those that have one, in proportion.
    None when no weighted role has a score.
    """
    weights = weights_of(rules)
    present = tuple(role for role in SCORING_ROLES if role in scores and weights[role] > 0)
    total = sum(weights[role] for role in present)
    if total == 0:
        return None, ()
    return sum(weights[role] * scores[role].value for role in present) / total, present


def portrait_value(faces: Sequence[Face], rules: PortraitRules) -> float:
    """Return 0.5 without faces; else 0.5 + importance if eyes are open + importance x smile, at most 1.

    The worst prominent face decides the eyes. "Can't tell" counts half: it neither rewards nor punishes.
    """
    prominent = [face for face in faces if face.prominent]
    if not prominent:
        return NO_FACE
    eyes = [face.eyes_open for face in prominent if face.eyes_open is not None]
    if any(value < EYES_OPEN for value in eyes):
        eyes_part = 0.0
    else:
        eyes_part = 1.0 if len(eyes) == len(prominent) else 0.5
    smiles = [face.smile for face in prominent if face.smile is not None]
    smile = sum(smiles) / len(smiles) if smiles and rules.prefer_smiling else 0.0
    return min(1.0, NO_FACE + rules.eyes_open_importance * eyes_part + rules.smile_importance * smile)


def with_portrait_rules(score: Score, rules: PortraitRules) -> Score:
    """Return a portrait score with its value made anew from its faces: changed rules need no inference."""
    return replace(score, value=portrait_value(score.faces, rules))
