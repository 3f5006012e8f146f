"""The benchmark as one HTML page that needs no other file."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.benchmark.answers import Answer, Figures
from engine.benchmark.degradations import Measured, by_level, by_type, overall
from engine.benchmark.judges import JudgeType
from engine.benchmark.reliability import reliability_diagram
from engine.benchmark.trials import Table, Trial

WORST, WORST_OF_PHOTO = 6, 2  # failures shown per judge, and of one photo
SHOWN_SEMANTIC = 6  # pairs
TEMPLATE = "report.html.j2"


@dataclass(frozen=True, slots=True)
class Failure:
    """A pair that a judge got wrong, with its pictures as data URIs."""

    trial: Trial
    original: str
    degraded: str


@dataclass(frozen=True, slots=True)
class Grid:
    """Accuracies: a row for each judge, a column for each degradation; `best` marks a column's highest."""

    columns: tuple[str, ...]
    rows: dict[str, tuple[Figures | None, ...]]
    best: tuple[float, ...]


def report_html(measured: Measured) -> str:
    """Return the page; the same result gives the same bytes."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(TEMPLATE).render(
        measured=measured,
        overall=overall(measured),
        guard_overall=overall(measured, Table.GUARD),
        by_type=grid_of(measured, by_type(measured)),
        guard_by_type=grid_of(measured, by_type(measured, Table.GUARD)),
        semantic_overall=overall(measured, Table.SEMANTIC),
        semantic_by_type=grid_of(measured, by_type(measured, Table.SEMANTIC)),
        semantic_pictures=_semantic_pictures(measured),
        by_level=grid_of(measured, by_level(measured)),
        diagram=_data_uri(reliability_diagram(_answers(measured)), "png"),
        failures={judge: worst_failures(measured, judge) for judge in _real_judges(measured)},
    )


def grid_of(measured: Measured, figures: dict[str, dict[str, Figures]]) -> Grid:
    """Arrange figures by judge and column, columns in the order in which they were met."""
    columns = tuple(dict.fromkeys(column for row in figures.values() for column in row))
    rows = {
        judge: tuple(figures[judge].get(column) for column in columns)
        for judge in measured.judges
        if judge in figures
    }
    best = tuple(
        max(found.accuracy for row in rows.values() if (found := row[number]) is not None)
        for number in range(len(columns))
    )
    return Grid(columns, rows, best)


def worst_failures(measured: Measured, judge: str) -> list[Failure]:
    """Return the wrong answers that a judge was surest of, the surest first, at most two of one photo."""
    wrong = [
        trial
        for trial in measured.trials.trials
        if trial.judge == judge and trial.table is Table.PLAIN and trial.answer.correct == 0
    ]
    wrong.sort(key=lambda trial: (trial.answer.p_right, trial.degraded))
    shown: list[Trial] = []
    for trial in wrong:
        if sum(other.original == trial.original for other in shown) < WORST_OF_PHOTO:
            shown.append(trial)
    return [_shown(measured, trial) for trial in shown[:WORST]]


def _semantic_pictures(measured: Measured) -> list[Failure]:
    """Return the semantic pairs of the first photos, to be looked at: the subject may be a wrong one."""
    pairs = {(t.original, t.degraded): t for t in measured.trials.trials if t.table is Table.SEMANTIC}
    return [_shown(measured, trial) for trial in list(pairs.values())[:SHOWN_SEMANTIC]]


def _shown(measured: Measured, trial: Trial) -> Failure:
    thumbnails = measured.trials.thumbnails
    original = thumbnails[trial.original, trial.original]
    degraded = thumbnails[trial.original, trial.degraded]
    return Failure(trial, _data_uri(original, "jpeg"), _data_uri(degraded, "jpeg"))


def _answers(measured: Measured) -> dict[str, Sequence[Answer]]:
    return {
        judge: [t.answer for t in measured.trials.trials if t.judge == judge and t.table is Table.PLAIN]
        for judge in _real_judges(measured)
    }


def _real_judges(measured: Measured) -> list[str]:
    answered = {t.judge for t in measured.trials.trials if t.judge_type != JudgeType.CONSTANT.value}
    return [judge for judge in measured.judges if judge in answered]


def _data_uri(content: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"
