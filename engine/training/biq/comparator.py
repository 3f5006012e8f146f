"""`train default-comparator`: the shipped comparator's head, on the opinion head that is trained already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.models.opinion import FeatureModel
from engine.models.opinion_head import OpinionHead, opinion_head
from engine.models.own_weights import find_own_weights, read_tensors
from engine.training.biq.calibration import development_series, fit_temperature
from engine.training.biq.opinion_fit import FitSettings, folds_of
from engine.training.biq.pair_fit import Pairs, Seen, fit_head, human_pairs
from engine.training.biq.pair_pictures import Measured, Shown, faulty_pictures, kept_measured, plain_pictures
from engine.training.biq.quality import FOLDS, Say, kept_features, projected_views, refitted, view_opinions
from engine.training.biq.samples import LEAK_FREE, Samples, choose_samples
from engine.training.biq.weights_file import write_weights

NAME = "comparator"
PEOPLE_PHOTOS = 1600
PEOPLE_SEED = 31


def train_comparator(data: Path, splits: Path, out: Path, model: FeatureModel, seed: int, say: Say) -> str:
    """Fit the head to OUT/quality.safetensors, write OUT/comparator.*, return its SHA-256.

    Raises UsageError, ModelError.
    """
    samples = choose_samples(data, splits, LEAK_FREE)
    series = development_series(data, splits)
    plain, faulty, scenes = _measured(samples, series, out, model, say)
    weights = find_own_weights("quality", out)
    head = opinion_head(read_tensors(weights))
    features = kept_features(out, samples, model, say)
    tensors, counts = fit_comparator(samples, features, head, plain, faulty, seed)
    say(f"{counts[0]} pairs by people, {counts[1]} by faults")
    temperature = fit_temperature(series, scenes, head, tensors)
    tensors["temperature"] = np.array([temperature], np.float32)
    facts = {
        "network_sha256": weights.sha256,
        "pairs": {"people": counts[0], "faults": counts[1]},
        "seed": seed,
    }
    return write_weights(out, NAME, tensors, facts)


def _measured(
    samples: Samples, series: Samples, out: Path, model: FeatureModel, say: Say
) -> tuple[Measured, Measured, Measured]:
    """Return what is known of photos as they are, of clean ones with faulty copies, and of series."""
    names = [photo.name for photo in samples.photos]
    places = np.sort(np.random.default_rng(PEOPLE_SEED).permutation(len(names))[:PEOPLE_PHOTOS])
    every, in_series = np.arange(len(series.photos)), [photo.name for photo in series.photos]

    def measured(name: str, shown: Callable[[], Iterator[Shown]], of: list[str]) -> Measured:
        return kept_measured(out / f"{name}.npz", shown, of, model, _progress(say))

    return (
        measured("plain", lambda: plain_pictures(samples, places), [names[place] for place in places]),
        measured("faulty", lambda: faulty_pictures(samples), names),
        measured("series", lambda: plain_pictures(series, every), in_series),
    )


def fit_comparator(
    samples: Samples,
    features: NDArray[np.float32],
    head: OpinionHead,
    plain: Measured,
    faulty: Measured,
    seed: int,
) -> tuple[dict[str, NDArray[np.float32]], tuple[int, int]]:
    """Return the tensors, and how many pairs they were fitted to.

    A picture's opinions come from a head that saw no photo of its cluster, as it will be in use.
    """
    strangers = _strangers(samples, features, head)
    seen = _joined([_seen(each, head, strangers) for each in (plain, faulty)])
    people = samples.opinions[np.concatenate([plain.photos, faulty.photos])]
    by_people = human_pairs(people, np.arange(len(plain.photos)), seed)
    by_faults = fault_pairs(faulty, len(plain.photos))
    return fit_head(seen, by_people, by_faults, seed), (len(by_people.first), len(by_faults.first))


def fault_pairs(faulty: Measured, offset: int) -> Pairs:
    """Return pairs of a clean picture and each of its faulty copies, the clean one first."""
    clean = {int(photo): i for i, photo in enumerate(faulty.photos) if not faulty.faults[i]}
    copies = np.array([i for i, fault in enumerate(faulty.faults) if fault])
    originals = np.array([clean[int(faulty.photos[i])] for i in copies])
    return Pairs(originals + offset, copies + offset, np.ones(len(copies)))


def _strangers(
    samples: Samples, features: NDArray[np.float32], head: OpinionHead
) -> Callable[[NDArray[np.float32], NDArray[np.intp]], NDArray[np.float64]]:
    """Return a function: opinions (n, VIEWS) of projected pictures by heads strange to their cluster."""
    settings = FitSettings()
    folds = folds_of(samples.clusters, FOLDS, settings.seed)
    projected = projected_views(head, features)
    parts = [
        refitted(head, projected[folds != fold], samples.opinions[folds != fold], settings)
        for fold in range(FOLDS)
    ]

    def opinions(pictures: NDArray[np.float32], photos: NDArray[np.intp]) -> NDArray[np.float64]:
        every = np.stack([view_opinions(part, pictures) for part in parts])
        return every[folds[photos], np.arange(len(photos))]

    return opinions


def _seen(
    measured: Measured,
    head: OpinionHead,
    opinions: Callable[[NDArray[np.float32], NDArray[np.intp]], NDArray[np.float64]],
) -> Seen:
    projected = projected_views(head, measured.features)
    return Seen(opinions(projected, measured.photos), projected, measured.traits)


def _joined(parts: list[Seen]) -> Seen:
    return Seen(
        np.concatenate([part.opinions for part in parts]),
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.traits for part in parts]),
    )


def _progress(say: Say) -> Callable[[int], None]:
    def on_picture(done: int) -> None:
        if done % 500 == 0:
            say(f"{done} pictures measured")

    return on_picture
