"""Starts or resumes a run from its configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.models.device import device_of
from engine.models.preload import TORCH, preload
from engine.training.ava_file import read_opinions
from engine.training.loop import BatchDone, EpochDone, Lesson, Trainer
from engine.training.networks import aesthetic_network, comparator_network
from engine.training.optimiser import half_of
from engine.training.preparation import preparation_of
from engine.training.run_folder import BEST, RunFolder
from engine.training.samples import split_by_series
from engine.training.settings import AestheticRun, ComparatorRun, PairsAestheticRun, Run
from engine.training.skipped import Skipped
from engine.training.tasks import ComparatorTask, OpinionTask, RankingTask, Task
from engine.training.triage_files import read_pairs

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True)
class Started:
    """A run before its first epoch: what it will be trained on, and where."""

    train: int
    val: int
    test: int
    skipped: str
    device: str
    half: str | None  # precision of the network, as torch names it; None is full precision
    note: str | None


@dataclass(frozen=True, slots=True)
class Finished:
    """The outcome: the best epoch with its metrics, and those on the test part where there is one."""

    checkpoint: str
    best_epoch: int
    epochs: int
    metrics: dict[str, float]
    skipped: str


Event = Started | BatchDone | EpochDone | Finished


def train(run: Run, *, resume: bool = False) -> Iterator[Event]:
    """Train as configured, telling what was done. Photos are only read.

    Raises TrainingError, ModelError for weights to start from that cannot be used, and UsageError for a
    device that is not there.
    """
    preload(*TORCH)
    import torch

    device = device_of(run)
    skipped = Skipped(run.data.max_bad_fraction)
    parts = split_by_series(_samples(run, skipped), run.split, run.seed)
    folder = RunFolder(run, resume=resume)
    folder.write_splits(parts)
    folder.write_skipped(skipped)
    lesson = Lesson(run, _task(run), parts, preparation_of(run), skipped)
    torch.manual_seed(run.seed)  # of the first weights
    trainer = Trainer(lesson, _network(run, lesson), folder, device.name)
    if resume:
        trainer.load_state()
    counts = (len(parts.train), len(parts.val), len(parts.test))
    half = half_of(run.training, device.name)
    yield Started(*counts, skipped.summary, device.name, half, device.note)
    yield from trainer.epochs()
    yield _finish(trainer, lesson, folder)


def _finish(trainer: Trainer, lesson: Lesson, folder: RunFolder) -> Finished:
    standing = trainer.standing
    metrics = {**standing.history[standing.best_epoch - 1], **trainer.test()}
    folder.write_skipped(lesson.skipped)
    folder.write_summary(
        {
            "best_epoch": standing.best_epoch,
            "epochs": standing.epochs,
            "metrics": metrics,
            "skipped": lesson.skipped.summary,
        }
    )
    checkpoint = str(folder.path / BEST)
    return Finished(checkpoint, standing.best_epoch, standing.epochs, metrics, lesson.skipped.summary)


def _samples(run: Run, skipped: Skipped) -> list[Any]:
    if isinstance(run, AestheticRun):
        return read_opinions(run.data, skipped)
    return read_pairs(run.data, skipped)


def _task(run: Run) -> Task:
    if isinstance(run, AestheticRun):
        return OpinionTask(run.training.loss)
    if isinstance(run, PairsAestheticRun):
        return RankingTask(run.training.loss, run.training.margin)
    return ComparatorTask(run.training.soft_labels)


def _network(run: Run, lesson: Lesson) -> nn.Module:
    if isinstance(run, ComparatorRun):
        return comparator_network(run.model, lesson.preparation)
    return aesthetic_network(run.model, lesson.preparation)
