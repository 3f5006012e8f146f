"""Trains epoch by epoch; keeps the best one, stops early, goes on where a run was stopped."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import TrainingError, first_line
from engine.models.checkpoint import checkpoint_hash, load_checkpoint
from engine.training.batches import Batch, Squares, batches, shuffled
from engine.training.optimiser import Optimiser
from engine.training.owner_files import load_whole, save_whole, write_checkpoint
from engine.training.preparation import Preparation
from engine.training.run_folder import BEST, STATE, RunFolder, Standing
from engine.training.samples import Parts, Sample
from engine.training.settings import Run
from engine.training.skipped import CORRUPT, Skipped
from engine.training.tasks import Row, Task

if TYPE_CHECKING:
    from torch import Tensor, nn

STEP_COLUMNS = ("step", "samples", "loss", "grad_norm")


@dataclass(frozen=True, slots=True)
class BatchDone:
    """`done` of `total` batches of an epoch; the loss of this one."""

    epoch: int
    done: int
    total: int
    loss: float


@dataclass(frozen=True, slots=True)
class EpochDone:
    """The figures of an epoch, and whether it is the best so far."""

    figures: dict[str, float]
    best: bool


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is learned, from what."""

    run: Run
    task: Task
    parts: Parts[Any]
    preparation: Preparation
    skipped: Skipped


class Trainer:
    """One run. All chances follow from seed and epoch, so a resumed run equals one that was never stopped."""

    def __init__(self, lesson: Lesson, network: nn.Module, folder: RunFolder, device: str) -> None:
        self.standing = Standing()
        self._lesson = lesson
        self._run, self._task = lesson.run, lesson.task
        self._folder = folder
        self._device = device
        self._network = network.to(device)
        self._optimiser = Optimiser(self._network, self._run.training, device)
        parts = lesson.parts
        self._samples = len(parts.train) + len(parts.val) + len(parts.test)

    def load_state(self) -> None:
        """Go back to the end of the last epoch that was finished.

        Raises TrainingError for a file that is damaged or holds no such state.
        """
        path = self._folder.path / STATE
        if not path.exists():
            return  # stopped within the first epoch
        state = load_whole(path)
        try:
            self._network.load_state_dict(state["network"])
            self._optimiser.load_state(state["optimiser"])
            self.standing = Standing(state["history"], state["best_epoch"], state["best"])
        except (KeyError, TypeError, ValueError, RuntimeError) as error:  # the last one is torch's own
            raise TrainingError(
                f"{path} holds no state of this run: {first_line(error)}. Start the run in another folder."
            ) from error

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or the last ones brought nothing better."""
        patience = self._run.training.patience
        waited_enough = patience > 0 and self.standing.waited >= patience
        return self.standing.epochs >= self._run.training.epochs or waited_enough

    def epochs(self) -> Iterator[BatchDone | EpochDone]:
        """Train to the end, telling what was done. Raises TrainingError when it cannot go on."""
        while not self.finished:
            yield from self._epoch(self.standing.epochs + 1)

    def test(self) -> dict[str, float]:
        """Return the best epoch's metrics on the test part; empty where there is none."""
        if not self._lesson.parts.test:
            return {}
        path = self._folder.path / BEST
        self._network.load_state_dict(load_checkpoint(path, checkpoint_hash(path)).state)
        rows, _ = self._predict(self._lesson.parts.test)
        self._folder.write_table("test_predictions.csv", self._task.columns, rows)
        return {name.replace("val_", "test_"): v for name, v in self._task.metrics(rows).items()}

    def _epoch(self, epoch: int) -> Iterator[BatchDone | EpochDone]:
        import torch

        torch.manual_seed(self._run.seed * 1_000_003 + epoch)  # of the dropout
        figures: dict[str, float] = {"epoch": epoch, **self._optimiser.begin_epoch(epoch)}
        steps: list[tuple[int, int, float, float]] = []
        yield from self._train(epoch, steps)
        figures |= _summed_up(steps)
        rows, figures["val_loss"] = self._predict(self._lesson.parts.val)
        figures |= self._task.metrics(rows)
        self._folder.write_table(f"epochs/epoch_{epoch:03d}_steps.csv", STEP_COLUMNS, steps)
        self._folder.write_table(f"epochs/epoch_{epoch:03d}_predictions.csv", self._task.columns, rows)
        yield EpochDone(figures, self._close_epoch(figures))

    def _train(self, epoch: int, steps: list[tuple[int, int, float, float]]) -> Iterator[BatchDone]:
        samples = self._lesson.parts.train
        self._network.train()
        if self._run.training.freeze_backbone:
            self._network.get_submodule("backbone").eval()  # keeps its statistics
        order = shuffled(len(samples), self._run.seed, epoch)
        squares = Squares(samples, self._lesson.preparation, self._run.augment, (self._run.seed, epoch))
        total = -(-len(samples) // self._run.training.batch_size)
        for number, batch in enumerate(self._read(squares, order), start=1):
            if batch.pixels is None:
                continue
            loss = self._loss(batch.pixels, [samples[index] for index in batch.indices])[1]
            value = loss.item()
            if not math.isfinite(value):
                raise TrainingError(
                    f"The loss is no finite number in epoch {epoch}, step {number}. Lower "
                    "training.learning_rate or set training.max_grad_norm."
                )
            steps.append((number, len(batch.indices), value, self._optimiser.step(loss)))
            yield BatchDone(epoch, number, total, value)
        if not steps:
            raise TrainingError("None of the photos to train on could be read; see skipped.csv.")

    def _predict(self, samples: Sequence[Sample]) -> tuple[list[Row], float]:
        """Return the predictions on samples, unaugmented and in their order, and the mean loss."""
        import torch

        self._network.eval()
        rows: list[Row] = []
        losses = 0.0
        squares = Squares(samples, self._lesson.preparation, None, ())
        for batch in self._read(squares, range(len(samples))):
            if batch.pixels is None:
                continue
            shown = [samples[index] for index in batch.indices]
            with torch.inference_mode():
                outputs, loss = self._loss(batch.pixels, shown)
            rows += self._task.rows(outputs, shown)
            losses += float(loss) * len(shown)
        if not rows:
            raise TrainingError("None of the photos to validate on could be read; see skipped.csv.")
        return rows, losses / len(rows)

    def _loss(self, pixels: Tensor, samples: Sequence[Sample]) -> tuple[Tensor, Tensor]:
        with self._optimiser.precision():
            outputs = self._task.outputs(self._network, pixels.to(self._device))
        outputs = outputs.float()
        return outputs, self._task.loss(outputs, samples)

    def _read(self, squares: Squares, order: Sequence[int]) -> Iterator[Batch]:
        training = self._run.training
        for batch in batches(squares, order, training.batch_size, training.workers):
            if batch.unreadable:
                for each in batch.unreadable:
                    self._lesson.skipped.add(CORRUPT, each.path.name, each.why)
                self._folder.write_skipped(self._lesson.skipped)
                self._lesson.skipped.check(self._samples, self._run.data.images)
            yield batch

    def _close_epoch(self, figures: dict[str, float]) -> bool:
        """Keep the epoch: checkpoint if it is the best, tables, and last the state to go on from."""
        standing = self.standing
        standing.history.append(figures)
        found = figures[self._task.best_by]
        is_best = found > standing.best
        if is_best:
            standing.best, standing.best_epoch = found, standing.epochs
            write_checkpoint(self._folder.path / BEST, self._network, self._run, standing.epochs, figures)
        self._folder.write_history(standing)
        state = {
            "network": self._network.state_dict(),
            "optimiser": self._optimiser.state(),
            "history": standing.history,
            "best_epoch": standing.best_epoch,
            "best": standing.best,
        }
        save_whole(self._folder.path / STATE, state)
        return is_best


def _summed_up(steps: Sequence[tuple[int, int, float, float]]) -> dict[str, float]:
    norms = [step[3] for step in steps]
    samples = sum(step[1] for step in steps)
    return {
        "train_loss": sum(step[1] * step[2] for step in steps) / samples,
        "grad_norm_mean": sum(norms) / len(norms),
        "grad_norm_max": max(norms),
    }
