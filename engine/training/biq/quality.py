"""`train quality`: the shipped opinion head, from BIQ2021 and the frozen networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.benchmark.agreement import pearson, spearman
from engine.errors import UsageError
from engine.models.opinion import WEIGHTS, FeatureModel
from engine.training.biq.opinion_fit import FitSettings, fit_opinion, fit_projected, folds_of, tensors_of
from engine.training.biq.samples import LEAK_FREE, OFFICIAL, Samples, choose_samples, features_of
from engine.training.biq.weights_file import write_weights

FOLDS = 5
FEATURES_FILE = "features.npy"
Say = Callable[[str], None]


def train_quality(
    data: Path, splits: Path, out: Path, model: FeatureModel, official: bool, settings: FitSettings, say: Say
) -> str:
    """Train, write OUT/quality.safetensors and .json, return the SHA-256. Raises UsageError, ModelError."""
    uses = OFFICIAL if official else LEAK_FREE
    samples = choose_samples(data, splits, uses)
    say(f"{len(samples.photos)} photos to train on")
    features = features_of(samples.photos, model, progress(say))
    write_features(out, features)
    guessed = cross_validated(features, samples, settings)
    srcc, plcc = spearman(guessed, samples.opinions), pearson(guessed, samples.opinions)
    say(f"cross-validated by cluster: SRCC {srcc:.4f}, PLCC {plcc:.4f}")
    head = fit_opinion(features, samples.opinions, settings)
    facts = {
        "trained_on": sorted(uses),
        "photos": len(samples.photos),
        "networks_sha256": list(model.sha256s),
        "figures": {"cross_validated_srcc": round(srcc, 4), "cross_validated_plcc": round(plcc, 4)},
        "settings": asdict(settings),
    }
    return write_weights(out, WEIGHTS, tensors_of(head), facts)


def write_features(out: Path, features: NDArray[np.float32]) -> None:
    """Keep the raw features for the comparator's training. They are no part of what ships."""
    out.mkdir(parents=True, exist_ok=True)
    np.save(out / FEATURES_FILE, features.astype(np.float16))


def read_features(out: Path, count: int) -> NDArray[np.float32]:
    """Return the kept features of `count` photos. Raises UsageError when they are others."""
    file = out / FEATURES_FILE
    try:
        features = np.load(file).astype(np.float32)
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} cannot be read ({error}); run train quality first.") from error
    if len(features) != count:
        raise UsageError(f"{file} is of {len(features)} photos, not of {count}.")
    return features


def cross_validated(
    features: NDArray[np.float32], samples: Samples, settings: FitSettings
) -> NDArray[np.float64]:
    """Return for each photo the opinion of a head that saw no photo of its cluster.

    The projection is fitted to all photos, since it knows nothing of opinions.
    """
    head = fit_opinion(features, samples.opinions, settings)
    projected = head.projected(features)
    folds = folds_of(samples.clusters, FOLDS, settings.seed)
    guessed = np.zeros(len(projected))
    for fold in range(FOLDS):
        rest, held = folds != fold, folds == fold
        part = fit_projected(
            head.centre, head.scale, head.projection, projected[rest], samples.opinions[rest], settings
        )
        guessed[held] = part.opinions(projected[held])
    return guessed


def progress(say: Say) -> Callable[[int, int], None]:
    """Return a function that says now and then how many of how many photos are done."""

    def on_photo(done: int, total: int) -> None:
        if done % 1000 < 8 or done == total:
            say(f"{done} of {total} photos seen")

    return on_photo
