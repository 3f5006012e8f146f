"""What learned quality is trained from, and what is written of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.models.opinion import VERSION
from engine.models.opinion_head import BLOCKS, FROZEN_FEATURES, Regression, parted
from engine.training.biq.kept import Arrays, kept, key_of
from engine.training.biq.maps import Maps
from engine.training.biq.opinion_fit import Basis, FitSettings, fit_kernel
from engine.training.biq.samples import VIEWS, Samples
from engine.training.biq.tuning import Say, Standard, TunedTail, TuneSettings, tune
from engine.training.biq.weights_file import write_weights

TUNED_SHARE = 0.6  # of the opinion; chosen on the fold that is held out
Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Bench:
    """Photos to train on and what the networks make of them, as they came."""

    samples: Samples
    features: Values  # (n, VIEWS, F)
    maps: Maps  # (n, VIEWS, *MAP_SHAPE)
    basis: Basis  # of the features that are not tuned
    standard: Standard  # of those that are
    mobilenet: Path
    networks_sha256: tuple[str, ...]
    out: Path  # where finished runs are kept


@dataclass(frozen=True, slots=True)
class Trained:
    """What learned of some of the photos."""

    tails: list[TunedTail]
    kernel: Regression
    photos: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the regression is fitted and the blocks are tuned: in runs that differ in their seeds alone."""

    runs: int = 2
    fit: FitSettings = FitSettings()  # noqa: RUF009 -- frozen
    tuning: TuneSettings = TuneSettings()  # noqa: RUF009 -- frozen


def trained_on(bench: Bench, which: NDArray[np.intp], recipe: Recipe, say: Say) -> Trained:
    """Return what learned of photos `which` alone. Raises ModelError."""
    opinions = bench.samples.opinions[which]
    rows = bench.basis.projected(frozen_rows(bench.features[which]))
    kernel = fit_kernel(rows, np.repeat(opinions, VIEWS), recipe.fit)
    return Trained(_tails(bench, which, recipe, say), kernel, len(which))


def frozen_rows(features: Values) -> Values:
    """Return (n * VIEWS, FROZEN_FEATURES) of raw features (n, VIEWS, F)."""
    return parted(features)[0].reshape(-1, FROZEN_FEATURES)


def _tails(bench: Bench, which: NDArray[np.intp], recipe: Recipe, say: Say) -> list[TunedTail]:
    """Return what each run learned; those that were finished before are not run again."""
    names = [bench.samples.photos[place].name for place in which]
    opinions = bench.samples.opinions[which]
    found: list[TunedTail] = []
    for run in range(recipe.runs):
        settings = replace(recipe.tuning, seed=recipe.tuning.seed + run)

        def one_run(settings: TuneSettings = settings) -> Arrays:
            say(f"tuning on {len(which)} photos, seed {settings.seed}")
            features, maps = bench.features[which], bench.maps[which]
            return _arrays(tune(maps, features, opinions, bench.standard, bench.mobilenet, settings, say))

        key = key_of(VERSION, bench.networks_sha256, settings, names, opinions.tolist())
        found.append(_tail_of(kept(bench.out / f"tail-{key[:16]}.npz", key, one_run)))
    return found


def _arrays(tail: TunedTail) -> Arrays:
    blocks = {BLOCKS + name: tensor for name, tensor in tail.blocks.items()}
    return {"weights": tail.weights, "bias": np.array([tail.bias]), **blocks}


def _tail_of(arrays: Arrays) -> TunedTail:
    blocks = {name.removeprefix(BLOCKS): each for name, each in arrays.items() if name.startswith(BLOCKS)}
    return TunedTail(blocks, arrays["weights"], float(arrays["bias"][0]))


def kernel_opinions(bench: Bench, kernel: Regression, which: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return what the regression thinks of the views of photos `which`, (m, VIEWS)."""
    rows = frozen_rows(bench.features[which])
    return kernel.opinions(bench.basis.projected(rows)).reshape(-1, VIEWS)


def write(out: Path, name: str, bench: Bench, trained: Trained, recipe: Recipe, facts: dict[str, Any]) -> str:
    """Write weights and their .json into OUT, return the SHA-256. Raises OSError."""
    tuning = {"runs": recipe.runs, **asdict(recipe.tuning)}
    stated = {"photos": trained.photos, "fit": asdict(recipe.fit), "tuning": tuning}
    return write_weights(out, name, tensors_of(bench, trained), {**facts, **stated})


def tensors_of(bench: Bench, trained: Trained) -> dict[str, NDArray[np.floating]]:
    """Return the numbers of an OpinionHead as they are stored: the large ones in half precision."""
    basis, standard, kernel, tails = bench.basis, bench.standard, trained.kernel, trained.tails
    single = {
        "gamma": kernel.gamma,
        "bias": kernel.bias,
        "tuned_share": TUNED_SHARE,
    }
    return {
        "centre": basis.centre,
        "scale": basis.scale,
        "tuned_centre": standard.centre,
        "tuned_scale": standard.scale,
        "tuned": np.stack([tail.weights for tail in tails]),
        "tuned_bias": np.array([tail.bias for tail in tails], np.float32),
        "projection": basis.projection.astype(np.float16),
        "landmarks": kernel.landmarks.astype(np.float16),
        "weights": kernel.weights,
        "linear": kernel.linear,
        **{name: np.array([value], np.float32) for name, value in single.items()},
        **{f"{BLOCKS}{n}.{name}": each for n, tail in enumerate(tails) for name, each in tail.blocks.items()},
    }
