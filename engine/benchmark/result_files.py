"""Writes the benchmark's tables: the three files that owners know. The same seed gives the same bytes."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine.benchmark.answers import Figures
from engine.benchmark.degradations import Measured, by_type, overall
from engine.benchmark.trials import Table, Trial
from engine.errors import UsageError

RESULT_COLUMNS = (
    "model_name",
    "model_type",
    "original",
    "degraded",
    "degradation_type",
    "degradation_level",
    "prediction",
    "confidence",
    "score_original",
    "score_degraded",
    "correct",
)
METADATA_COLUMNS = (
    "original",
    "degraded",
    "degradation_type",
    "degradation_level",
    "width",
    "height",
    "jpeg_quality",
    "sha256",
)
RESULT_FILES = {
    Table.PLAIN: "unified_results.csv",
    Table.GUARD: "guard_results.csv",
    Table.SEMANTIC: "semantic_results.csv",
}
DIGITS = 6  # fixed, so that equal runs give equal files


def write_results(measured: Measured, folder: Path) -> None:
    """Write unified_results.csv, summary.json, degradations_metadata.csv, and the other tables' results.

    Raises UsageError when the folder cannot be written.
    """
    trials = sorted(measured.trials.trials, key=lambda trial: _place(measured, trial))
    for table, name in RESULT_FILES.items():
        rows = (_result_row(trial) for trial in trials if trial.table is table)
        write_file(folder / name, _csv(RESULT_COLUMNS, rows))
    write_file(folder / "degradations_metadata.csv", _csv(METADATA_COLUMNS, _metadata_rows(measured)))
    write_file(folder / "summary.json", json.dumps(summary(measured), indent=1).encode() + b"\n")


def refuse_unwritable_folder(folder: Path) -> None:
    """Raise UsageError when nothing can be written there: better known before an hour of work than after."""
    folder = folder.absolute()
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not there.is_dir():
        raise UsageError(f"{there} is a file, not a folder. Choose another place for --out.")
    if not os.access(there, os.W_OK):
        raise UsageError(f"You are not allowed to write to {there}. Choose another place for --out.")


def write_file(path: Path, content: bytes) -> None:
    """Write beside, then put in place. Raises UsageError when the folder cannot be written."""
    beside = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}. Choose another place for --out."
        ) from error


def summary(measured: Measured) -> dict[str, Any]:
    """Return the content of summary.json; shares and confidences are 0..1."""
    return {
        **_summary_of_table(measured, Table.PLAIN),
        Table.GUARD.value: _summary_of_table(measured, Table.GUARD),
        Table.SEMANTIC.value: _summary_of_table(measured, Table.SEMANTIC),
        "models": {name: _model(measured, name) for name in measured.judges},
        "missing": measured.missing,
        "failures": {name: len(found) for name, found in measured.trials.failures.items()},
        "photos": list(measured.photos),
        "unreadable": measured.trials.unreadable,
        "without_subject": measured.trials.without_subject,
        "seed": measured.plan.seed,
    }


def _summary_of_table(measured: Measured, of: Table) -> dict[str, Any]:
    return {
        "overall": {name: _summary_of(found) for name, found in overall(measured, of).items()},
        "by_degradation": _by_degradation(by_type(measured, of)),
    }


def _summary_of(found: Figures) -> dict[str, float | int]:
    return {
        "accuracy": round(found.accuracy, DIGITS),
        "accuracy_low": round(found.low, DIGITS),
        "accuracy_high": round(found.high, DIGITS),
        "avg_confidence": round(found.confidence, DIGITS),
        "total_pairs": found.pairs,
        "ties": found.ties,
        "order_bias": round(found.order_bias, DIGITS),
        "calibration_error": round(found.calibration_error, DIGITS),
    }


def _by_degradation(rows: dict[str, dict[str, Figures]]) -> dict[str, dict[str, float]]:
    """Turn judge: type: figures into type: judge: accuracy."""
    turned: dict[str, dict[str, float]] = {}
    for judge, row in rows.items():
        for kind, found in row.items():
            turned.setdefault(kind, {})[judge] = round(found.accuracy, DIGITS)
    return turned


def _model(measured: Measured, name: str) -> dict[str, str | None]:
    info = measured.infos.get(name)
    if info is None:
        return {"name": name, "sha256": None, "version": None}
    return {"name": info.name, "sha256": info.sha256, "version": info.version}


def _place(measured: Measured, trial: Trial) -> tuple[int, int]:
    return measured.judges.index(trial.judge), measured.photos.index(trial.original)


def _result_row(trial: Trial) -> tuple[str, ...]:
    """`prediction` is 1 for the original, 0 for the degraded photo, 0.5 for a tie; so is `correct`."""
    correct = f"{trial.answer.correct:g}"
    return (
        trial.judge,
        trial.judge_type,
        trial.original,
        trial.degraded,
        trial.type,
        trial.level,
        correct,
        _number(trial.answer.confidence),
        _number(trial.score_original),
        _number(trial.score_degraded),
        correct,
    )


def _metadata_rows(measured: Measured) -> Iterable[tuple[str, ...]]:
    for facts in measured.trials.facts:
        yield (
            facts.original,
            facts.degraded,
            facts.type,
            facts.level,
            str(facts.width),
            str(facts.height),
            str(facts.file_quality),
            facts.sha256,
        )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.{DIGITS}f}"


def _csv(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")
