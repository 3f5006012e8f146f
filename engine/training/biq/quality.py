"""`train quality`: the shipped opinion model, from BIQ2021 and two networks that others trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.biq2021 import Rated, read_ratings
from engine.models.opinion import VERSION, WEIGHTS, FeatureModel, OpinionModel
from engine.models.views import VIEW_SIDE, views_of
from engine.scoring.quality_learned import WHOLE_SHARE
from engine.statistics import pearson, spearman
from engine.training.biq.kept import Arrays, half, kept, key_of
from engine.training.biq.maps import TrunkModel, kept_maps
from engine.training.biq.opinion_fit import FitSettings, fit_basis, folds_of
from engine.training.biq.samples import (
    BATCH,
    LEAK_FREE,
    OFFICIAL,
    Samples,
    choose_samples,
    features_of,
    read_pixels,
)
from engine.training.biq.trained import (
    TUNED_SHARE,
    Bench,
    Recipe,
    frozen_rows,
    kernel_opinions,
    trained_on,
    write,
)
from engine.training.biq.tuning import Say, standard_of, tuned_opinions

OFFICIAL_WEIGHTS = "quality-official"  # for comparison with published figures; never shipped
HELD_OUT_WEIGHTS = "quality-held-out"  # strange to the photos that the comparator is fitted to; never shipped
FOLDS = 5
HELD_OUT = 0  # the fold that is kept from the held-out weights
FEATURES_FILE, MAPS_FILE = "features.npz", "maps.npy"
Values = NDArray[np.float32]
Opinions = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Networks:
    """The networks that photos are shown to, as they came; and what opens NAME of a folder."""

    features: FeatureModel
    trunk: TrunkModel
    opened: Callable[[Path, str], OpinionModel]


def train_quality(
    data: Path, splits: Path, out: Path, networks: Networks, official: bool, recipe: Recipe, say: Say
) -> str:
    """Train, write weights and .json into OUT, return the SHA-256. Raises UsageError, ModelError."""
    uses = OFFICIAL if official else LEAK_FREE
    bench = bench_of(out, choose_samples(data, splits, uses), networks, official, recipe.fit, say)
    say(f"{len(bench.samples.photos)} photos to train on")
    facts: dict[str, object] = {"trained_on": sorted(uses), "networks_sha256": [*networks.features.sha256s]}
    every = np.arange(len(bench.samples.photos))
    if official:
        trained = trained_on(bench, every, recipe, say)
        write(out, OFFICIAL_WEIGHTS, bench, trained, recipe, facts)
        figures = _with_twins(data, networks.opened(out, OFFICIAL_WEIGHTS), say)
        return write(out, OFFICIAL_WEIGHTS, bench, trained, recipe, {**facts, "figures": figures})
    figures = _without(bench, held_out(bench.samples, recipe.fit.seed), out, recipe, facts, say)
    trained = trained_on(bench, every, recipe, say)
    return write(out, WEIGHTS, bench, trained, recipe, {**facts, "figures": figures})


def held_out(samples: Samples, seed: int) -> NDArray[np.bool_]:
    """Say of each photo whether it is of the fifth that is held out; photos of one scene go together."""
    return folds_of(samples.clusters, FOLDS, seed) == HELD_OUT


def kept_features(out: Path, samples: Samples, model: FeatureModel, say: Say, file: str) -> Values:
    """Return raw features (n, VIEWS, F), from OUT if they were measured before. Raises ModelError."""
    key = key_of(VERSION, model.sha256s, VIEW_SIDE, [photo.name for photo in samples.photos])

    def measure() -> Arrays:
        return {"features": half(features_of(samples.photos, model, progress(say)))}

    return kept(out / file, key, measure)["features"].astype(np.float32)


def mixed(opinions: Opinions) -> Opinions:
    """Return the score (n,) of opinions (n, VIEWS), as the scorer mixes them."""
    return WHOLE_SHARE * opinions[:, 0] + (1.0 - WHOLE_SHARE) * opinions[:, 1]


def progress(say: Say) -> Callable[[int, int], None]:
    """Return a function that says now and then how many of how many photos are done."""

    def on_photo(done: int, total: int) -> None:
        if done % 1000 < BATCH or done == total:
            say(f"{done} of {total} photos seen")

    return on_photo


def bench_of(
    out: Path, samples: Samples, networks: Networks, official: bool, settings: FitSettings, say: Say
) -> Bench:
    """Return what training needs of photos, from OUT where it was measured before. Raises ModelError."""
    prefix = "official-" if official else ""
    features = kept_features(out, samples, networks.features, say, prefix + FEATURES_FILE)
    maps = kept_maps(out / (prefix + MAPS_FILE), samples, networks.trunk, progress(say))
    basis = fit_basis(frozen_rows(features), settings)
    standard, hashes = standard_of(features), networks.features.sha256s
    return Bench(samples, features, maps, basis, standard, networks.trunk.path, hashes, out)


def _without(
    bench: Bench, held: NDArray[np.bool_], out: Path, recipe: Recipe, facts: dict[str, object], say: Say
) -> dict[str, float]:
    """Train on all but the held-out photos, write that too, and return its agreement on the others."""
    trained = trained_on(bench, np.flatnonzero(~held), recipe, say)
    write(out, HELD_OUT_WEIGHTS, bench, trained, recipe, facts)
    kernel = mixed(kernel_opinions(bench, trained.kernel, held))
    tuned = mixed(tuned_opinions(trained.tails, bench.standard, bench.maps[held], bench.mobilenet))
    both = TUNED_SHARE * tuned + (1.0 - TUNED_SHARE) * kernel
    found: dict[str, float] = {}
    for name, guessed in (("held_out", both), ("tuned_alone", tuned), ("kernel_alone", kernel)):
        found |= _agreement(name, guessed, bench.samples.opinions[held], say)
    return found


def _with_twins(data: Path, model: OpinionModel, say: Say) -> dict[str, float]:
    """Return the agreement on the official test photos of a model that saw near-duplicates of them.

    For comparison with published figures, which have that leak too. Raises UsageError, ModelError.
    """
    photos = tuple(read_ratings(data, "test"))
    guessed = np.clip(mixed(_looked_at(photos, model, progress(say))), 0.0, 1.0)
    return _agreement("leaking_test", guessed, np.array([photo.opinion for photo in photos]), say)


def _looked_at(
    photos: tuple[Rated, ...], model: OpinionModel, on_photo: Callable[[int, int], None]
) -> Opinions:
    found: list[tuple[float, float]] = []
    for start in range(0, len(photos), BATCH):
        looks = model.look([views_of(read_pixels(photo.path)) for photo in photos[start : start + BATCH]])
        found += [(look.whole.opinion, look.detail.opinion) for look in looks]
        on_photo(len(found), len(photos))
    return np.array(found)


def _agreement(name: str, guessed: Opinions, opinions: Opinions, say: Say) -> dict[str, float]:
    srcc, plcc = spearman(guessed, opinions), pearson(guessed, opinions)
    say(f"{name.replace('_', ' ')}, {len(opinions)} photos: SRCC {srcc:.4f}, PLCC {plcc:.4f}")
    return {f"{name}_srcc": round(srcc, 4), f"{name}_plcc": round(plcc, 4)}
