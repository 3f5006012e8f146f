"""`train`: trains a model on the owner's data, shows how it goes, says what to do with the result."""

from __future__ import annotations

import sys

from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn

from engine.cli.bar import Bar
from engine.cli.parser import Options
from engine.errors import EXIT_INTERRUPTED, EXIT_OK
from engine.paths import DataDir
from engine.settings import Settings
from engine.training.loop import BatchDone, EpochDone
from engine.training.settings import Run, load_aesthetic_run, load_comparator_run, load_pairs_run
from engine.training.train import Event, Finished, Started, train

SETTING = {"aesthetic": "ava_checkpoint", "comparator": "siamese_checkpoint"}


def run(options: Options, settings: Settings, data_dir: DataDir) -> int:
    """Return 130 when stopped by Ctrl+C: finished epochs are kept."""
    if options.kind in ("quality", "default-comparator"):
        from engine.cli.train_shipped import run as run_shipped

        return run_shipped(options, settings, data_dir)
    training = _load(options)
    try:
        with _Display() as display:
            for event in train(training, resume=options.resume):
                display.take(event)
    except KeyboardInterrupt:
        print(f"Stopped. Finished epochs are in {training.output_dir}; go on with --resume.", file=sys.stderr)
        return EXIT_INTERRUPTED
    print(f"To use it, put its path into config.yaml as quality_assessment.{SETTING[options.kind]}.")
    if options.kind == "comparator":
        print(
            "Its class 1 means that the second photo is better: quality_assessment.siamese_polarity: second"
        )
    return EXIT_OK


def _load(options: Options) -> Run:
    assert options.run_file is not None
    if options.kind == "comparator":
        return load_comparator_run(options.run_file)
    return load_pairs_run(options.run_file) if options.pairs else load_aesthetic_run(options.run_file)


class _Display(Bar):
    """One line per epoch on stdout; a bar for the batches of the current one on a terminal."""

    def __init__(self) -> None:
        super().__init__(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("loss {task.fields[loss]:.4f}"),
        )
        self._task: TaskID | None = None
        self._trained = False

    def take(self, event: Event) -> None:
        match event:
            case Started():
                note = f" ({event.note})" if event.note else ""
                precision = f"half precision ({event.half})" if event.half else "full precision"
                print(
                    f"{event.train} to train on, {event.val} to choose by, {event.test} to test on; "
                    f"left out: {event.skipped}; on {event.device}{note}, in {precision}"
                )
            case BatchDone():
                self._show_batch(event)
            case EpochDone(figures, best):
                self._trained = True
                print("  ".join(_words(figures)) + ("  best" if best else ""))
            case Finished():
                if not self._trained:
                    print("All epochs of this run were done already: nothing was trained.")
                print(f"Best epoch {event.best_epoch} of {event.epochs}; left out: {event.skipped}")
                print("  ".join(_words(event.metrics)))
                print(f"Checkpoint: {event.checkpoint}")

    def _show_batch(self, event: BatchDone) -> None:
        if self._task is None:
            self._task = self.progress.add_task("", total=event.total, epoch=event.epoch, loss=event.loss)
        self.progress.update(
            self._task, completed=event.done, total=event.total, epoch=event.epoch, loss=event.loss
        )


def _words(figures: dict[str, float]) -> list[str]:
    return [f"{name.replace('_', ' ')} {value:.4g}" for name, value in figures.items()]
