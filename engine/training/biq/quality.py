"""`train quality`: the shipped opinion head, from BIQ2021 and the frozen networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.benchmark.agreement import pearson, spearman
from engine.benchmark.biq_data import read_ratings
from engine.models.opinion import VERSION, WEIGHTS, FeatureModel
from engine.models.opinion_head import OpinionHead
from engine.models.views import VIEW_SIDE
from engine.scoring.quality_learned import WHOLE_SHARE
from engine.training.biq.kept import Arrays, half, kept, key_of
from engine.training.biq.opinion_fit import FitSettings, fit_opinion, fit_projected, folds_of, tensors_of
from engine.training.biq.samples import (
    LEAK_FREE,
    OFFICIAL,
    VIEWS,
    Samples,
    choose_samples,
    features_of,
    joined,
)
from engine.training.biq.weights_file import write_weights

OFFICIAL_WEIGHTS = "quality-official"  # for comparison with published figures; never shipped
FOLDS = 5
FEATURES_FILE, TWINS_FILE = "features.npz", "twins.npz"
Say = Callable[[str], None]


def train_quality(
    data: Path, splits: Path, out: Path, model: FeatureModel, official: bool, settings: FitSettings, say: Say
) -> str:
    """Train, write weights and .json into OUT, return the SHA-256. Raises UsageError, ModelError."""
    samples = choose_samples(data, splits, LEAK_FREE)
    features = kept_features(out, samples, model, say)
    if official:
        twins = choose_samples(data, splits, OFFICIAL - LEAK_FREE)
        features = np.concatenate([features, kept_features(out, twins, model, say, TWINS_FILE)])
        samples = joined(samples, twins)
    say(f"{len(samples.photos)} photos to train on")
    head = fit_views(features, samples.opinions, settings)
    if official:
        figures = with_twins(data, model, head, say)
    else:
        figures = without(head, features, samples, settings, say)
    facts = {
        "trained_on": sorted(OFFICIAL if official else LEAK_FREE),
        "photos": len(samples.photos),
        "networks_sha256": list(model.sha256s),
        "figures": figures,
        "settings": asdict(settings),
    }
    return write_weights(out, OFFICIAL_WEIGHTS if official else WEIGHTS, tensors_of(head), facts)


def without(
    head: OpinionHead, features: NDArray[np.float32], samples: Samples, settings: FitSettings, say: Say
) -> dict[str, float]:
    """Return the agreement with opinions of photos whose cluster was left out (cross-validation)."""
    guessed = cross_validated(head, features, samples, settings)
    srcc, plcc = spearman(guessed, samples.opinions), pearson(guessed, samples.opinions)
    say(f"cross-validated by cluster: SRCC {srcc:.4f}, PLCC {plcc:.4f}")
    return {"cross_validated_srcc": round(srcc, 4), "cross_validated_plcc": round(plcc, 4)}


def with_twins(data: Path, model: FeatureModel, head: OpinionHead, say: Say) -> dict[str, float]:
    """Return the agreement on the official test photos of a head that saw near-duplicates of them.

    For comparison with published figures, which have that leak too. Raises UsageError, ModelError.
    """
    photos = tuple(read_ratings(data, "test"))
    features = features_of(photos, model, progress(say))
    guessed = np.clip(mixed(view_opinions(head, projected_views(head, features))), 0.0, 1.0)
    opinions = np.array([photo.opinion for photo in photos])
    srcc, plcc = spearman(guessed, opinions), pearson(guessed, opinions)
    say(f"official test split, near-duplicates trained on: SRCC {srcc:.4f}, PLCC {plcc:.4f}")
    return {"leaking_test_srcc": round(srcc, 4), "leaking_test_plcc": round(plcc, 4)}


def kept_features(
    out: Path, samples: Samples, model: FeatureModel, say: Say, file: str = FEATURES_FILE
) -> NDArray[np.float32]:
    """Return raw features (n, VIEWS, FEATURES), from OUT if they were measured before. Raises ModelError."""
    key = key_of(VERSION, model.sha256s, VIEW_SIDE, [photo.name for photo in samples.photos])

    def measure() -> Arrays:
        return {"features": half(features_of(samples.photos, model, progress(say)))}

    return kept(out / file, key, measure)["features"].astype(np.float32)


def fit_views(
    features: NDArray[np.float32], opinions: NDArray[np.float64], settings: FitSettings
) -> OpinionHead:
    """Return the head fitted to features (n, VIEWS, FEATURES): each view is taken for a photo of its own."""
    return fit_opinion(features.reshape(-1, features.shape[-1]), np.repeat(opinions, VIEWS), settings)


def cross_validated(
    head: OpinionHead, features: NDArray[np.float32], samples: Samples, settings: FitSettings
) -> NDArray[np.float64]:
    """Return for each photo the opinion, of both views mixed, of heads that saw no photo of its cluster.

    The projection is that of `head`, fitted to all photos, since it knows nothing of opinions.
    """
    projected = projected_views(head, features)
    folds = folds_of(samples.clusters, FOLDS, settings.seed)
    guessed = np.zeros(len(projected))
    for fold in range(FOLDS):
        rest, held = folds != fold, folds == fold
        part = refitted(head, projected[rest], samples.opinions[rest], settings)
        guessed[held] = mixed(view_opinions(part, projected[held]))
    return guessed


def refitted(
    head: OpinionHead,
    projected: NDArray[np.float32],
    opinions: NDArray[np.float64],
    settings: FitSettings,
) -> OpinionHead:
    """Return a head with the same projection, fitted to other photos' projected features (n, VIEWS, P)."""
    rows = projected.reshape(-1, projected.shape[-1])
    return fit_projected(head.centre, head.scale, head.projection, rows, np.repeat(opinions, VIEWS), settings)


def projected_views(head: OpinionHead, features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (n, VIEWS, P) of raw features (n, VIEWS, FEATURES)."""
    return head.projected(features.reshape(-1, features.shape[-1])).reshape(*features.shape[:-1], -1)


def view_opinions(head: OpinionHead, projected: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return opinions (n, VIEWS) of projected features (n, VIEWS, P)."""
    return head.opinions(projected.reshape(-1, projected.shape[-1])).reshape(projected.shape[:-1])


def mixed(opinions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the score (n,) of opinions (n, VIEWS), as the scorer mixes them."""
    return WHOLE_SHARE * opinions[:, 0] + (1.0 - WHOLE_SHARE) * opinions[:, 1]


def progress(say: Say) -> Callable[[int, int], None]:
    """Return a function that says now and then how many of how many photos are done."""

    def on_photo(done: int, total: int) -> None:
        if done % 1000 < 8 or done == total:
            say(f"{done} of {total} photos seen")

    return on_photo
