"""The degradation benchmark: does a judge prefer a photo to its own degraded copies?"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from engine.album.scan import scan
from engine.benchmark.answers import Figures, figures
from engine.benchmark.lineup import Bench
from engine.benchmark.trials import Table, Trial, Trials, run_trials
from engine.errors import NothingToDoError
from engine.scoring.base import ModelInfo
from engine.types import Photo

Progress = Callable[[int, int], None]  # photos done, photos in all


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure on: all photos of a folder, or `limit` of them drawn by `seed`."""

    folder: Path
    recursive: bool = False
    limit: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """The result: answers, and which model gave them. `judges` holds names in the order asked for."""

    plan: Plan
    photos: tuple[str, ...]
    judges: tuple[str, ...]
    infos: dict[str, ModelInfo]
    missing: dict[str, str]
    trials: Trials = field(default_factory=Trials)


def measure_degradations(plan: Plan, bench: Bench, progress: Progress) -> Measured:
    """Run the benchmark. Raises UsageError for a folder that is none, NothingToDoError without photos."""
    photos = chosen_photos(plan)
    trials = Trials()
    for done, _ in enumerate(run_trials(photos, bench.judges, trials), start=1):
        progress(done, len(photos))
    if not trials.trials:
        raise NothingToDoError(f"No photo in {plan.folder} could be read: there is nothing to measure.")
    return Measured(
        plan=plan,
        photos=tuple(photo.name for photo in photos if photo.name not in trials.unreadable),
        judges=tuple(judge.name for judge in bench.judges),
        infos={judge.name: judge.info for judge in bench.judges if judge.info is not None},
        missing=bench.missing,
        trials=trials,
    )


def chosen_photos(plan: Plan) -> tuple[Photo, ...]:
    """Return the photos to use, in the order of their names."""
    photos = scan(plan.folder, plan.recursive)
    if plan.limit is None or plan.limit >= len(photos):
        return photos
    drawn = random.Random(plan.seed).sample(photos, plan.limit)
    return tuple(sorted(drawn, key=lambda photo: photo.id))


def table(
    trials: Iterable[Trial], columns: Callable[[Trial], str], of: Table = Table.PLAIN
) -> dict[str, dict[str, Figures]]:
    """Return figures by judge and by what `columns` says of a trial, of the pairs of one table."""
    sorted_in: dict[str, dict[str, list[Trial]]] = {}
    for trial in trials:
        if trial.table is of:
            sorted_in.setdefault(trial.judge, {}).setdefault(columns(trial), []).append(trial)
    return {
        judge: {column: figures([trial.answer for trial in held]) for column, held in by_column.items()}
        for judge, by_column in sorted_in.items()
    }


def overall(measured: Measured, of: Table = Table.PLAIN) -> dict[str, Figures]:
    """Return each judge's figures on all pairs."""
    return {judge: row["all"] for judge, row in table(measured.trials.trials, _all, of).items()}


def by_type(measured: Measured, of: Table = Table.PLAIN) -> dict[str, dict[str, Figures]]:
    """Return figures by judge and degradation type."""
    return table(measured.trials.trials, lambda trial: trial.type, of)


def by_level(measured: Measured, of: Table = Table.PLAIN) -> dict[str, dict[str, Figures]]:
    """Return figures by judge and single degradation."""
    return table(measured.trials.trials, lambda trial: f"{trial.type} {trial.level}", of)


def _all(_: Trial) -> str:
    return "all"
