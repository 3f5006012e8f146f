"""What learned quality is trained from, and what is written of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.models.opinion_head import BLOCKS, FROZEN, TUNED
from engine.training.biq.maps import Maps
from engine.training.biq.opinion_fit import Basis, FitSettings, Kernel, fit_kernel
from engine.training.biq.samples import VIEWS, Samples
from engine.training.biq.tuning import Say, Standard, TunedTail, TuneSettings, tune
from engine.training.biq.weights_file import write_weights

TUNED_SHARE = 0.6  # of the opinion; chosen on the fold that is held out
Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Bench:
    """Photos to train on and what the networks make of them, as they came."""

    samples: Samples
    features: Values  # (n, VIEWS, FEATURES)
    maps: Maps  # (n, VIEWS, *MAP_SHAPE)
    basis: Basis  # of the features that are not tuned
    standard: Standard  # of those that are
    mobilenet: Path


@dataclass(frozen=True, slots=True)
class Trained:
    """What learned of some of the photos."""

    tail: TunedTail
    kernel: Kernel
    photos: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the regression is fitted and the blocks are tuned."""

    fit: FitSettings = FitSettings()  # noqa: RUF009 -- frozen
    tuning: TuneSettings = TuneSettings()  # noqa: RUF009 -- frozen


def trained_on(bench: Bench, which: NDArray[np.intp], recipe: Recipe, say: Say) -> Trained:
    """Return what learned of photos `which` alone. Raises ModelError."""
    opinions = bench.samples.opinions[which]
    rows = bench.basis.projected(bench.features[which][..., FROZEN].reshape(-1, len(FROZEN)))
    kernel = fit_kernel(rows, np.repeat(opinions, VIEWS), recipe.fit)
    features, maps = bench.features[which], bench.maps[which]
    tail = tune(maps, features, opinions, bench.standard, bench.mobilenet, recipe.tuning, say)
    return Trained(tail, kernel, len(which))


def kernel_opinions(bench: Bench, kernel: Kernel, which: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return what the regression thinks of the views of photos `which`, (m, VIEWS)."""
    rows = bench.features[which][..., FROZEN].reshape(-1, len(FROZEN))
    return kernel.opinions(bench.basis.projected(rows)).reshape(-1, VIEWS)


def write(out: Path, name: str, bench: Bench, trained: Trained, recipe: Recipe, facts: dict[str, Any]) -> str:
    """Write weights and their .json into OUT, return the SHA-256. Raises OSError."""
    stated = {"photos": trained.photos, "fit": asdict(recipe.fit), "tuning": asdict(recipe.tuning)}
    return write_weights(out, name, tensors_of(bench, trained), {**facts, **stated})


def tensors_of(bench: Bench, trained: Trained) -> dict[str, NDArray[np.floating]]:
    """Return the numbers of an OpinionHead as they are stored: the large ones in half precision."""
    basis, standard, kernel, tail = bench.basis, bench.standard, trained.kernel, trained.tail
    single = {
        "gamma": kernel.gamma,
        "bias": kernel.bias,
        "tuned_bias": tail.bias,
        "tuned_share": TUNED_SHARE,
    }
    return {
        "centre": np.insert(basis.centre, TUNED.start, standard.centre),
        "scale": np.insert(basis.scale, TUNED.start, standard.scale),
        "tuned": tail.weights,
        "projection": basis.projection.astype(np.float16),
        "landmarks": kernel.landmarks.astype(np.float16),
        "weights": kernel.weights,
        "linear": kernel.linear,
        **{name: np.array([value], np.float32) for name, value in single.items()},
        **{BLOCKS + name: tensor for name, tensor in tail.blocks.items()},
    }
