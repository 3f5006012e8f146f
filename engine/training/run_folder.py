"""What a run writes: checkpoint, state to go on from, tables, curves. It overwrites no other run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from engine.errors import TrainingError, first_line
from engine.training.curves import curves
from engine.training.samples import Parts, Sample
from engine.training.settings import Run, as_plain
from engine.training.skipped import Skipped

BEST, STATE, CONFIG = "best_model.pt", "last_state.pt", "config.yaml"
DIGITS = 8  # of numbers in tables
MAY_CHANGE = ("device", "training.patience", "training.workers")  # settings of a resumed run


@dataclass(slots=True)
class Standing:
    """How far a run has come. `history` holds one row of figures per finished epoch."""

    history: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = 0
    best: float = float("-inf")

    @property
    def epochs(self) -> int:
        return len(self.history)

    @property
    def waited(self) -> int:
        """Epochs since the best one."""
        return self.epochs - self.best_epoch


class RunFolder:
    """The output folder of one run."""

    def __init__(self, run: Run, *, resume: bool) -> None:
        """Make the folder, or check that it holds this very run.

        Raises TrainingError when it holds a run and `resume` is false, or none or another one and it is true.
        """
        self.path = run.output_dir.expanduser()
        held = self.path / CONFIG
        if resume:
            self._check_same(held, run)
        elif held.exists():
            raise TrainingError(
                f"{self.path} holds a run already. Go on with it by --resume, or choose another output_dir."
            )
        try:
            (self.path / "epochs").mkdir(parents=True, exist_ok=True)
            if not resume:
                self.write_text(CONFIG, yaml.safe_dump(as_plain(run), sort_keys=False))
        except OSError as error:
            raise TrainingError(f"output_dir: {self.path} cannot be written: {error.strerror}.") from error

    def write_text(self, name: str, text: str) -> None:
        """Write a file whole or not at all."""
        self.write_bytes(name, text.encode("utf-8"))

    def write_bytes(self, name: str, content: bytes) -> None:
        path = self.path / name
        beside = path.with_name(path.name + ".part")
        try:
            beside.write_bytes(content)
            beside.replace(path)
        except OSError as error:
            raise TrainingError(f"{path} cannot be written: {error.strerror}.") from error

    def write_table(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Write a CSV with numbers of fixed length."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(value) for value in row] for row in rows)
        self.write_text(name, text.getvalue())

    def write_history(self, standing: Standing) -> None:
        """Write epochs.csv and the curves."""
        self.write_table(
            "epochs.csv", list(standing.history[0]), [list(row.values()) for row in standing.history]
        )
        self.write_bytes("curves.png", curves(standing.history))

    def write_splits(self, parts: Parts[Any]) -> None:
        named: dict[str, list[Sample]] = {"train": parts.train, "val": parts.val, "test": parts.test}
        rows = [(part, each.series, each.name) for part, samples in named.items() for each in samples]
        self.write_table("splits.csv", ("part", "series", "name"), rows)

    def write_skipped(self, skipped: Skipped) -> None:
        self.write_table("skipped.csv", ("kind", "name", "why"), skipped.rows)

    def write_summary(self, summary: dict[str, Any]) -> None:
        self.write_text("summary.json", json.dumps(summary, indent=1) + "\n")

    def _check_same(self, held: Path, run: Run) -> None:
        """Another number of epochs would be another schedule of learning rates, so it is another run."""
        if not held.is_file():
            raise TrainingError(f"There is no run in {self.path} to go on with; start it without --resume.")
        before = _flat(_held_settings(held))
        changed = [
            key
            for key, value in _flat(as_plain(run)).items()
            if key not in MAY_CHANGE and before.get(key) != value
        ]
        if changed:
            raise TrainingError(
                f"The run in {self.path} was started with another {', '.join(changed)}; a resumed run has to "
                f"be the same but for {', '.join(MAY_CHANGE)}."
            )


def _held_settings(held: Path) -> dict[str, Any]:
    """Return what a run was started with. Raises TrainingError when that cannot be read any more."""
    try:
        found = yaml.safe_load(held.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise TrainingError(
            f"The settings of the run, {held}, cannot be read: {first_line(error)}. Start the run anew."
        ) from error
    if not isinstance(found, dict):
        raise TrainingError(f"{held} holds no settings of a run. Start the run anew.")
    return found


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


def _cell(value: object) -> str:
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else str(value)
