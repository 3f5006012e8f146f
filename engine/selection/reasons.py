"""Reasons in words: why a photo is suggested, and why another is not."""

from __future__ import annotations

from dataclasses import dataclass

from engine.selection.candidate import Candidate
from engine.selection.filters import closed_eyes, filter_failures, prominent_faces
from engine.selection.pairs import COMPOSITE_SOURCE
from engine.settings import Album
from engine.types import Role, Score, Verdict
from engine.words import counted

# Differences smaller than these are not worth a word.
SHARPNESS_STEP = 0.05
AESTHETIC_STEP = 0.15  # on the AVA scale 1..10
SMILE_STEP = 0.2
EXPOSURE_STEP = 0.05
CLIPPING_STEP = 0.02  # share of pixels
NOISE_STEP = 1.0  # grey levels
MOST_REASONS = 4
YOUR_PICK = "your pick"


@dataclass(frozen=True, slots=True)
class Standing:
    """A photo's place in its group, as far as reasons need it."""

    candidate: Candidate
    composite: float | None
    is_pick: bool
    group_size: int
    pick: Candidate | None
    pick_composite: float | None
    runner_up: Candidate | None
    verdicts: tuple[Verdict, ...] = ()  # on its close pairs
    suggested: Candidate | None = None  # what the program would pick first, whatever the photographer picked

    @property
    def own(self) -> bool:
        """Whether the photographer chose the group's pick."""
        return self.pick is not None and self.pick.own_pick


def reasons_for(standing: Standing, settings: Album) -> tuple[str, ...]:
    """Return reasons for a pick or a non-pick, the weightiest first."""
    candidate = standing.candidate
    if candidate.error is not None:
        unread = f"could not be read: {candidate.error}"
        return (YOUR_PICK, unread) if candidate.own_pick else (unread,)
    if standing.composite is None:
        unscored = "not scored: no model ran on it"
        return (YOUR_PICK, unscored) if candidate.own_pick else (unscored,)
    failures = filter_failures(candidate, settings)
    if standing.is_pick:
        return _of_pick(standing, failures)
    return tuple((failures + _of_other(standing, settings))[:MOST_REASONS]) or (
        _composites_in_words(standing),
    )


def _of_pick(standing: Standing, failures: list[str]) -> tuple[str, ...]:
    own = [YOUR_PICK] if standing.candidate.own_pick else []
    if standing.group_size == 1:
        return (*own, "the only photo of its moment", *_eyes_in_words(standing.candidate))
    is_best = standing.suggested is standing.candidate or not standing.own
    reasons = own + ([f"best of {standing.group_size}"] if is_best else [])
    reasons += [f"though {failure}" for failure in failures]
    reasons += filter(None, [comparison_in_words(standing)])
    reasons += _eyes_in_words(standing.candidate)
    if standing.runner_up is not None:
        reasons += [f"{word} than the next" for word in _advantages(standing.candidate, standing.runner_up)]
    return tuple(reasons[:MOST_REASONS])


def _of_other(standing: Standing, settings: Album) -> list[str]:
    pick = standing.pick
    if pick is None:
        return []
    chosen_instead = standing.own and standing.suggested is standing.candidate
    reasons = [f"suggested by Framepick, but you picked {pick.name}"] if chosen_instead else []
    reasons += _eyes_in_words(standing.candidate) if closed_eyes(standing.candidate) else []
    reasons += filter(None, [comparison_in_words(standing)])
    reasons += [f"{word} than the pick" for word in _disadvantages(standing.candidate, pick)]
    reasons += _missing_faces_in_words(standing.candidate, pick)
    if standing.pick_composite is None:
        return reasons
    gap = standing.pick_composite - (standing.composite or 0.0)
    if abs(gap) <= settings.selection.close_range:
        side = "behind" if gap >= 0 else "ahead"
        reasons.append(f"close to the pick ({abs(gap) * 100:.1f} points {side})")
    return reasons


def _composites_in_words(standing: Standing) -> str:
    if not standing.own:
        return "lower composite than the pick"
    other = standing.pick_composite
    if other is None or standing.composite is None:
        return "another photo is your pick"
    return f"{'lower' if standing.composite < other else 'higher'} composite than your pick"


def comparison_in_words(standing: Standing) -> str:
    """Return what a comparator says of a pick and the runner-up, or of another and the pick; else nothing."""
    other = standing.runner_up if standing.is_pick else standing.pick
    verdict = next((v for v in standing.verdicts if other is not None and other.photo_id in (v.a, v.b)), None)
    if other is None or verdict is None or verdict.source == COMPOSITE_SOURCE:
        return ""
    if verdict.winner is None:
        return f"can't tell between this and {other.name}"
    if verdict.winner == standing.candidate.photo_id:
        winner = "this one"
    else:
        winner = other.name if standing.is_pick else "the pick"
    return f"the comparator prefers {winner}, {verdict.confidence * 100:.0f}% sure"


def _eyes_in_words(candidate: Candidate) -> list[str]:
    faces = prominent_faces(candidate)
    if not faces:
        return []
    closed = closed_eyes(candidate)
    of = counted(len(faces), "face")
    if closed:
        return [f"eyes closed on {closed} of {of}"]
    unsure = sum(1 for face in faces if face.eyes_open is None)
    if unsure:
        return [f"eyes: can't tell on {unsure} of {of}"]
    return [f"eyes open on {'all ' if len(faces) > 1 else ''}{of}"]


def _missing_faces_in_words(candidate: Candidate, pick: Candidate) -> list[str]:
    looked_for = Role.PORTRAIT in candidate.scores
    if looked_for and not prominent_faces(candidate) and prominent_faces(pick):
        return ["no face found, unlike the pick"]
    return []


def _advantages(winner: Candidate, other: Candidate) -> list[str]:
    return _differences(
        winner, other, ("sharper", "better exposed", "more pleasing", "bigger smile", "cleaner")
    )


def _disadvantages(loser: Candidate, other: Candidate) -> list[str]:
    return _differences(
        other, loser, ("softer", "worse exposed", "less pleasing", "smaller smile", "noisier")
    )


def _differences(better: Candidate, worse: Candidate, words: tuple[str, str, str, str, str]) -> list[str]:
    """Return the words for what is better about `better`; what was not measured on both is not compared."""
    sharp, exposed, pleasing, smile, clean = words
    found: list[str] = []
    if _ahead(_detail(better, "sharpness"), _detail(worse, "sharpness"), SHARPNESS_STEP):
        found.append(sharp)
    less_clipped = _ahead(_clipped(worse), _clipped(better), CLIPPING_STEP)
    if less_clipped or _ahead(_detail(better, "exposure"), _detail(worse, "exposure"), EXPOSURE_STEP):
        found.append(exposed)
    if _ahead(_raw(better), _raw(worse), AESTHETIC_STEP):
        found.append(pleasing)
    if _as_many_faces(better, worse) and _ahead(_smile(better), _smile(worse), SMILE_STEP):
        found.append(smile)
    if _ahead(_detail(worse, "noise"), _detail(better, "noise"), NOISE_STEP):
        found.append(clean)
    return found


def _ahead(more: float | None, less: float | None, step: float) -> bool:
    return more is not None and less is not None and more - less >= step


def _detail(candidate: Candidate, name: str) -> float | None:
    quality = candidate.scores.get(Role.QUALITY)
    return float(quality.details[name]) if quality and name in quality.details else None


def _clipped(candidate: Candidate) -> float | None:
    highlights, shadows = _detail(candidate, "clipped_highlights"), _detail(candidate, "clipped_shadows")
    return None if highlights is None or shadows is None else highlights + shadows


def _raw(candidate: Candidate) -> float | None:
    aesthetic: Score | None = candidate.scores.get(Role.AESTHETIC)
    return aesthetic.raw if aesthetic else None


def _as_many_faces(a: Candidate, b: Candidate) -> bool:
    """Return whether smiles can be compared: other people, or none, smile neither more nor less."""
    return len(prominent_faces(a)) == len(prominent_faces(b))


def _smile(candidate: Candidate) -> float | None:
    """Return the mean smile of the prominent faces; None without faces, or where one can't be told."""
    smiles = [face.smile for face in prominent_faces(candidate)]
    known = [smile for smile in smiles if smile is not None]
    return sum(known) / len(known) if known and len(known) == len(smiles) else None
