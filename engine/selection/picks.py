"""Ranks the photos of each group, suggests picks and judges close pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.scoring.composite import compose
from engine.selection.candidate import Candidate
from engine.selection.filters import filter_failures
from engine.selection.grouping import Group, group
from engine.selection.opinions import Opinions
from engine.selection.own_groups import with_own_groups
from engine.selection.pairs import close_candidates, close_verdicts, slope_of
from engine.selection.reasons import Standing, comparison_in_words, reasons_for
from engine.selection.round_robin import rank_close
from engine.settings import Album
from engine.types import Ranked, Role, Selection, Verdict

NO_OPINIONS = Opinions()


@dataclass(frozen=True, slots=True)
class _Composed:
    candidate: Candidate
    composite: float | None
    composite_of: tuple[Role, ...]


def select(candidates: Sequence[Candidate], settings: Album, opinions: Opinions = NO_OPINIONS) -> Selection:
    """Group all photos of an album, rank each group and suggest picks. Pure: no model runs here.

    Close candidates are ranked by a comparator's `opinions` where there are any, else by composite.
    """
    order: list[int] = []
    ranked: dict[int, Ranked] = {}
    verdicts: list[Verdict] = []
    for number, members in enumerate(with_own_groups(group(candidates, settings.grouping))):
        order += [c.photo_id for c in members.members]
        if members.sequence is not None:
            ranked.update(_keep_whole(number, members, settings))
        else:
            group_ranked, group_verdicts = _rank(number, members, settings, opinions)
            ranked.update(group_ranked)
            verdicts += group_verdicts
    return Selection(tuple(order), ranked, tuple(verdicts))


def _keep_whole(number: int, members: Group, settings: Album) -> dict[int, Ranked]:
    """Every frame of a bracket or panorama is kept: it is one picture in parts."""
    reason = f"part of a {members.sequence} of {len(members.members)}: kept whole"
    ranked: dict[int, Ranked] = {}
    for rank, candidate in enumerate(members.members):
        composite, roles = compose(candidate.scores, settings.selection)
        ranked[candidate.photo_id] = Ranked(
            candidate.photo_id, number, rank, True, composite, roles, (reason,), members.sequence, members.own
        )
    return ranked


def _rank(
    number: int, members: Group, settings: Album, opinions: Opinions
) -> tuple[dict[int, Ranked], list[Verdict]]:
    composed = [_Composed(c, *compose(c.scores, settings.selection)) for c in members.members]
    composed.sort(key=lambda c: -1.0 if c.composite is None else c.composite, reverse=True)
    verdicts, composed = _judge_close(composed, settings, opinions)
    suggested = _suggested([c for c in composed if c.composite is not None], settings)
    own = [c for c in composed if c.candidate.own_pick]
    picks = {c.candidate.photo_id for c in _picks(own, suggested, settings)}
    best = next(iter(own or suggested), None)
    ranked: dict[int, Ranked] = {}
    for rank, entry in enumerate(composed):
        candidate = entry.candidate
        standing = Standing(
            candidate=candidate,
            composite=entry.composite,
            is_pick=candidate.photo_id in picks,
            group_size=len(composed),
            pick=best.candidate if best else None,
            pick_composite=best.composite if best else None,
            runner_up=_runner_up(composed, picks),
            verdicts=tuple(v for v in verdicts if candidate.photo_id in (v.a, v.b)),
            suggested=suggested[0].candidate if suggested else None,
        )
        ranked[candidate.photo_id] = Ranked(
            photo_id=candidate.photo_id,
            group=number,
            rank=rank,
            pick=standing.is_pick,
            composite=entry.composite,
            composite_of=entry.composite_of,
            reasons=reasons_for(standing, settings),
            comparison=comparison_in_words(standing),
            own_group=members.own,
            own_pick=candidate.own_pick,
        )
    return ranked, verdicts


def _judge_close(
    composed: list[_Composed], settings: Album, opinions: Opinions
) -> tuple[list[Verdict], list[_Composed]]:
    """Return the verdicts on close pairs, and the group (best composite first) with its close ones ranked."""
    rules = settings.selection
    composites = {c.candidate.photo_id: c.composite for c in composed if c.composite is not None}
    close = close_candidates(composites, rules.close_range)
    slope = slope_of(c.candidate.scores for c in composed)
    verdicts = close_verdicts(close, composites, opinions, rules.cant_tell_below, slope)
    by_id = {c.candidate.photo_id: c for c in composed}
    ranked = [by_id[photo] for photo in rank_close(close, opinions, rules.cant_tell_below)]
    return verdicts, ranked + composed[len(close) :]


def _picks(own: list[_Composed], suggested: list[_Composed], settings: Album) -> list[_Composed]:
    """Return the photographer's own picks, then suggestions as long as there is room."""
    room = max(0, settings.selection.images_per_cluster - len(own))
    return own + [c for c in suggested if not c.candidate.own_pick][:room]


def _suggested(composed: Sequence[_Composed], settings: Album) -> list[_Composed]:
    """Return what the program would pick, best first those that pass the filters.

    A photo alone must pass the filters. In a larger group the best is shown even when none passes.
    """
    passing = [c for c in composed if not filter_failures(c.candidate, settings)]
    chosen = passing[: settings.selection.images_per_cluster]
    if not chosen and len(composed) > 1:
        chosen = list(composed[:1])
    return chosen


def _runner_up(composed: Sequence[_Composed], picks: set[int]) -> Candidate | None:
    return next(
        (c.candidate for c in composed if c.candidate.photo_id not in picks and c.composite is not None), None
    )
