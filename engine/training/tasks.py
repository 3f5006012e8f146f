"""The three things that can be learned: what a batch costs, what is predicted, how good that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from engine.statistics import spearman
from engine.training.losses import comparator_loss, opinion_loss, ranking_loss, score_of
from engine.training.samples import OpinionSample, PairSample

if TYPE_CHECKING:
    from torch import Tensor, nn

Row = tuple[Any, ...]  # of a table of predictions


class Task(Protocol):
    """`best_by` names the metric whose highest value chooses the epoch; `columns` those of a prediction."""

    @property
    def best_by(self) -> str: ...

    @property
    def columns(self) -> tuple[str, ...]: ...

    def outputs(self, network: nn.Module, pixels: Tensor) -> Tensor: ...

    def loss(self, outputs: Tensor, samples: Sequence[Any]) -> Tensor: ...

    def rows(self, outputs: Tensor, samples: Sequence[Any]) -> list[Row]: ...

    def metrics(self, rows: Sequence[Row]) -> dict[str, float]: ...


@dataclass(frozen=True, slots=True)
class OpinionTask:
    """A scorer learns what people thought of single photos."""

    loss_name: str
    best_by: str = "val_spearman"
    columns: tuple[str, ...] = ("photo", "opinion", "score")

    def outputs(self, network: nn.Module, pixels: Tensor) -> Tensor:
        return network(pixels[:, 0])

    def loss(self, outputs: Tensor, samples: Sequence[OpinionSample]) -> Tensor:
        votes = np.array([sample.votes for sample in samples], np.float32)
        return opinion_loss(self.loss_name, outputs, _like(votes / votes.sum(1, keepdims=True), outputs))

    def rows(self, outputs: Tensor, samples: Sequence[OpinionSample]) -> list[Row]:
        scores = score_of(outputs).clamp(1.0, 10.0).tolist()
        return [(sample.name, sample.mean, score) for sample, score in zip(samples, scores, strict=True)]

    def metrics(self, rows: Sequence[Row]) -> dict[str, float]:
        opinions, scores = ([row[column] for row in rows] for column in (1, 2))
        error = float(np.abs(np.subtract(opinions, scores)).mean())
        return {"val_spearman": spearman(opinions, scores), "val_mae": error}


@dataclass(frozen=True, slots=True)
class RankingTask:
    """A scorer learns which photo of a pair people preferred."""

    loss_name: str
    margin: float
    best_by: str = "val_acc"
    columns: tuple[str, ...] = ("series", "first", "second", "preference", "first_score", "second_score")

    def outputs(self, network: nn.Module, pixels: Tensor) -> Tensor:
        return network(pixels.flatten(0, 1)).unflatten(0, pixels.shape[:2])

    def loss(self, outputs: Tensor, samples: Sequence[PairSample]) -> Tensor:
        first, second = score_of(outputs[:, 0]), score_of(outputs[:, 1])
        return ranking_loss(self.loss_name, first, second, _preferences(samples, outputs), self.margin)

    def rows(self, outputs: Tensor, samples: Sequence[PairSample]) -> list[Row]:
        scores = [score_of(outputs[:, side]).clamp(1.0, 10.0).tolist() for side in (0, 1)]
        return [(*_named(s), first, second) for s, first, second in zip(samples, *scores, strict=True)]

    def metrics(self, rows: Sequence[Row]) -> dict[str, float]:
        differences = [row[4] - row[5] for row in rows]
        preferences = [row[3] for row in rows]
        return {
            "val_acc": _accuracy(differences, preferences),
            "val_spearman": spearman(differences, preferences),
        }


@dataclass(frozen=True, slots=True)
class ComparatorTask:
    """A comparator learns which photo of a pair people preferred; it is asked in both orders."""

    soft: bool
    best_by: str = "val_acc"
    columns: tuple[str, ...] = ("series", "first", "second", "preference", "p_first", "p_first_if_second")

    def outputs(self, network: nn.Module, pixels: Tensor) -> Tensor:
        return network(pixels)

    def loss(self, outputs: Tensor, samples: Sequence[PairSample]) -> Tensor:
        return comparator_loss(outputs, _preferences(samples, outputs), soft=self.soft)

    def rows(self, outputs: Tensor, samples: Sequence[PairSample]) -> list[Row]:
        """`p_first` is p(first better) as asked; `p_first_if_second` the same with the order exchanged."""
        shares = outputs.softmax(2)
        forwards, backwards = shares[0, :, 0].tolist(), shares[1, :, 1].tolist()
        return [(*_named(s), one, other) for s, one, other in zip(samples, forwards, backwards, strict=True)]

    def metrics(self, rows: Sequence[Row]) -> dict[str, float]:
        differences = [(row[4] + row[5]) / 2 - 0.5 for row in rows]
        flipped = [(row[4] > 0.5) != (row[5] > 0.5) for row in rows]
        return {
            "val_acc": _accuracy(differences, [row[3] for row in rows]),
            "val_order_bias": sum(flipped) / len(flipped),
        }


def _named(sample: PairSample) -> tuple[str, str, str, float]:
    first, second = sample.paths
    return sample.series, first.name, second.name, sample.preference


def _accuracy(differences: Sequence[float], preferences: Sequence[float]) -> float:
    """Return the share of pairs in which the sign is right; a tie of the prediction counts half.

    Pairs on which people were divided are left out.
    """
    wanted = np.sign(np.asarray(preferences) - 0.5)
    found = np.sign(np.asarray(differences))[wanted != 0]
    wanted = wanted[wanted != 0]
    return float(np.where(found == 0, 0.5, found == wanted).mean()) if len(wanted) else 0.0


def _preferences(samples: Sequence[PairSample], like: Tensor) -> Tensor:
    return _like(np.array([sample.preference for sample in samples], np.float32), like)


def _like(values: np.ndarray, like: Tensor) -> Tensor:
    import torch

    return torch.from_numpy(values).to(like.device)
