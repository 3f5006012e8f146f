"""Quality filters: what keeps a photo from being suggested."""

from __future__ import annotations

from engine.scoring.composite import EYES_OPEN
from engine.selection.candidate import Candidate
from engine.settings import Album
from engine.types import Face, Role


def filter_failures(candidate: Candidate, settings: Album) -> list[str]:
    """Return in words which filters a photo fails; empty when it passes or was not measured."""
    failures: list[str] = []
    quality = candidate.scores.get(Role.QUALITY)
    if quality is not None:
        sharpness = float(quality.details.get("sharpness", 1.0))
        if sharpness < settings.quality.min_sharpness:
            wanted = settings.quality.min_sharpness
            failures.append(f"too soft to pick ({_short_of(sharpness, wanted, 2)})")
        if quality.value < settings.quality.min_iqa_score:
            wanted = settings.quality.min_iqa_score
            failures.append(f"low technical quality ({_short_of(quality.value, wanted, 2)})")
    aesthetic = candidate.scores.get(Role.AESTHETIC)
    if aesthetic is not None and aesthetic.raw is not None and aesthetic.raw < settings.quality.min_ava_score:
        wanted = settings.quality.min_ava_score
        failures.append(f"low aesthetic score ({_short_of(aesthetic.raw, wanted, 1)})")
    if settings.portrait.require_eyes_open and closed_eyes(candidate):
        failures.append("eyes closed, and open eyes are required")
    return failures


def _short_of(value: float, wanted: float, digits: int) -> str:
    """Return such as "0.016, 0.020 needed", with as many digits as tell the two apart."""
    while f"{value:.{digits}f}" == f"{wanted:.{digits}f}":
        digits += 1
    return f"{value:.{digits}f}, {wanted:.{digits}f} needed"


def prominent_faces(candidate: Candidate) -> list[Face]:
    portrait = candidate.scores.get(Role.PORTRAIT)
    return [face for face in portrait.faces if face.prominent] if portrait else []


def closed_eyes(candidate: Candidate) -> int:
    """Return on how many prominent faces the eyes are closed."""
    return sum(1 for f in prominent_faces(candidate) if f.eyes_open is not None and f.eyes_open < EYES_OPEN)
