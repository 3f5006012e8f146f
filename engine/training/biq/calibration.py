"""The comparator's temperature: fitted on the development series, to which its head was not fitted."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.benchmark.biq_data import Rated, read_all_ratings, read_splits
from engine.comparing.pair_head import VIEWS, PairHead, pair_head
from engine.models.opinion import FeatureModel
from engine.models.opinion_head import OpinionHead
from engine.training.biq.pair_fit import temperature_of
from engine.training.biq.pair_pictures import measure, plain_pictures
from engine.training.biq.samples import OFFICIAL, Samples

Values = NDArray[np.float64]


def fit_temperature(
    data: Path,
    splits: Path,
    model: FeatureModel,
    head: OpinionHead,
    tensors: dict[str, NDArray[np.float32]],
    on_picture: Callable[[int], None],
) -> float:
    """Return the temperature at which answers on pairs of one scene are best calibrated."""
    series = development_series(data, splits)
    photos = tuple(photo for group in series for photo in group)
    opinions = np.array([photo.opinion for photo in photos])
    samples = Samples(photos, opinions, np.arange(len(photos)))
    seen = measure(plain_pictures(samples, np.arange(len(photos))), model, on_picture)
    projected = head.projected(seen.features)
    guessed = head.opinions(projected)
    pairs = pair_head({**tensors, "temperature": np.ones(1, np.float32)})
    vectors = [
        _vector(pairs, guessed[i], projected[i], seen.traits[i], seen.files[i]) for i in range(len(photos))
    ]
    logits: list[float] = []
    better: list[float] = []
    start = 0
    for group in series:
        for a in range(start, start + len(group)):
            for b in range(start, a):
                if opinions[a] != opinions[b]:
                    logits.append(_logit(pairs.probability(vectors[a], vectors[b])))
                    better.append(float(opinions[a] > opinions[b]))
        start += len(group)
    return temperature_of(np.array(logits), np.array(better))


def development_series(data: Path, splits: Path) -> list[list[Rated]]:
    """Return the photos of each development series that are in the official training list."""
    ratings = read_all_ratings(data)
    series: dict[str, list[Rated]] = defaultdict(list)
    for name, split in read_splits(splits).items():
        if split.series_split == "dev" and split.use in OFFICIAL and name in ratings:
            series[split.series].append(ratings[name])
    return [photos for photos in series.values() if len(photos) > 1]


def _vector(
    pairs: PairHead, opinion: float, features: NDArray[np.float32], traits: Values, file: Values
) -> Values:
    view = pairs.view(opinion, features, traits.astype(np.float32))
    return np.concatenate([*[view] * VIEWS, file])


def _logit(probability: float) -> float:
    inside = min(max(probability, 1e-12), 1.0 - 1e-12)
    return math.log(inside / (1.0 - inside))
