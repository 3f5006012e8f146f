"""The comparator's temperature: fitted on the development series, to which its head was not fitted."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.biq2021 import Rated, read_all_ratings, read_splits
from engine.comparing.pair_head import PairHead, pair_head
from engine.training.biq.pair_fit import temperature_of
from engine.training.biq.pair_pictures import Measured
from engine.training.biq.samples import OFFICIAL, Samples

Values = NDArray[np.float64]


def fit_temperature(series: Samples, seen: Measured, tensors: dict[str, NDArray[np.float32]]) -> float:
    """Return the temperature at which answers on pairs of one scene are best calibrated."""
    pairs = pair_head({**tensors, "temperature": np.ones(1, np.float32)})
    known = zip(seen.opinions, seen.features, seen.traits, seen.framings, strict=True)
    vectors = [_vector(pairs, *each) for each in known]
    logits: list[float] = []
    better: list[float] = []
    for scene in np.unique(series.clusters):
        for a, b in itertools.combinations(np.flatnonzero(series.clusters == scene), 2):
            if series.opinions[a] != series.opinions[b]:
                logits.append(_logit(pairs.probability(vectors[a], vectors[b])))
                better.append(float(series.opinions[a] > series.opinions[b]))
    return temperature_of(np.array(logits), np.array(better))


def development_series(data: Path, splits: Path) -> Samples:
    """Return the development series' photos that are in the official training list, one cluster a series."""
    ratings = read_all_ratings(data)
    series: dict[str, list[Rated]] = defaultdict(list)
    for name, split in read_splits(splits).items():
        if split.series_split == "dev" and split.use in OFFICIAL and name in ratings:
            series[split.series].append(ratings[name])
    groups = [photos for photos in series.values() if len(photos) > 1]
    photos = tuple(photo for group in groups for photo in group)
    numbers = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    return Samples(photos, np.array([photo.opinion for photo in photos]), numbers)


def _vector(
    pairs: PairHead, opinions: Values, features: NDArray[np.float32], traits: Values, framing: Values
) -> Values:
    views = zip(opinions, features, traits.astype(np.float32), strict=True)
    return np.concatenate([*(pairs.view(float(o), f, t) for o, f, t in views), framing])


def _logit(probability: float) -> float:
    inside = min(max(probability, 1e-12), 1.0 - 1e-12)
    return math.log(inside / (1.0 - inside))
