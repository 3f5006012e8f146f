"""From features to an opinion: a weighted mean of what tuned blocks and a kernel ridge regression say.

MobileNetV2's last blocks are there in several copies ("tails"), tuned on opinions from other seeds: their
features are weighted plainly, and the mean is taken. The other features, of networks as they came, are
projected; the opinion is a weighted sum of likenesses exp(-gamma |z - l|^2) to some of the photos it was
trained on, plus a plain linear part (Saunders et al. 1998, kernel ridge regression; Williams and Seeger 2001,
Nystroem's approximation).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Mean and deviation of MobileNetV2's channels at four depths, of its last block, and of NIMA's at four depths
# (opinion_network.py). Features come in this order, with one or more tails between the others.
LEVEL_FEATURES = 2 * (24 + 32 + 64 + 96)
TAIL_FEATURES = 2 * 1280
NIMA_FEATURES = 2 * (128 + 256 + 512 + 1024)
FROZEN_FEATURES = LEVEL_FEATURES + NIMA_FEATURES
SINGLE = ("gamma", "bias", "tuned_share")
BLOCKS = "blocks."  # before the number of a tail and the names of its own tensors
Values = NDArray[np.float32]
LIMIT = 6.0  # standard deviations: no feature counts as further off


@dataclass(frozen=True, slots=True)
class Regression:
    """A kernel ridge regression on P projected features, with L landmarks."""

    landmarks: Values  # (L, P)
    weights: Values  # (L,)
    linear: Values  # (P,)
    gamma: float
    bias: float
    landmark_squares: Values  # (L,): their squared lengths

    def opinions(self, projected: Values) -> NDArray[np.float64]:
        """Return what it thinks, (n,), of projected features (n, P)."""
        near = likenesses(projected, self.landmarks, self.gamma, self.landmark_squares)
        return (near @ self.weights + projected @ self.linear + self.bias).astype(np.float64)


@dataclass(frozen=True, slots=True)
class OpinionHead:
    """The trained numbers, P projected features."""

    centre: Values  # (FROZEN_FEATURES,)
    scale: Values  # (FROZEN_FEATURES,)
    projection: Values  # (P, FROZEN_FEATURES)
    regression: Regression
    tuned_centre: Values  # (TAIL_FEATURES,)
    tuned_scale: Values  # (TAIL_FEATURES,)
    tuned: Values  # (tails, TAIL_FEATURES): weights of each tail's features
    tuned_bias: Values  # (tails,)
    tuned_share: float  # of the opinion

    def projected(self, features: Values) -> Values:
        """Return (n, P) of raw features: what networks as they came say."""
        frozen, _ = parted(features)
        return (standardised(frozen, self.centre, self.scale) @ self.projection.T).astype(np.float32)

    def tuned_opinions(self, features: Values) -> NDArray[np.float64]:
        """Return what the tails think on average, (n,), of raw features."""
        _, tails = parted(features)
        standard = standardised(tails, self.tuned_centre, self.tuned_scale)
        each = np.einsum("ntf,tf->nt", standard, self.tuned) + self.tuned_bias
        return each.mean(axis=1, dtype=np.float64)

    def opinions(self, features: Values, projected: Values) -> NDArray[np.float64]:
        """Return the opinions (n,), about 0..1, of raw and of projected features."""
        share = self.tuned_share
        return share * self.tuned_opinions(features) + (1.0 - share) * self.regression.opinions(projected)


def parted(features: Values) -> tuple[Values, Values]:
    """Return of features (..., F) the frozen (..., FROZEN_FEATURES) and (..., tails, TAIL_FEATURES)."""
    end = features.shape[-1] - NIMA_FEATURES
    frozen = np.concatenate([features[..., :LEVEL_FEATURES], features[..., end:]], axis=-1)
    return frozen, features[..., LEVEL_FEATURES:end].reshape(*features.shape[:-1], -1, TAIL_FEATURES)


def standardised(features: Values, centre: Values, scale: Values) -> Values:
    """Return features (n, F) in deviations from their centre, clipped at LIMIT of them."""
    return np.clip((features - centre) * scale, -LIMIT, LIMIT)


def likenesses(first: Values, second: Values, gamma: float, second_squares: Values | None = None) -> Values:
    """Return exp(-gamma |a - b|^2), (len(first), len(second)); squared lengths may be known already."""
    lengths = squared_lengths(second) if second_squares is None else second_squares
    squares = squared_lengths(first)[:, None] + lengths[None] - 2.0 * first @ second.T
    return np.exp(-gamma * np.maximum(squares, 0.0)).astype(np.float32)


def squared_lengths(vectors: Values) -> Values:
    return (vectors**2).sum(axis=1)


def opinion_head(tensors: Mapping[str, NDArray[np.floating]]) -> OpinionHead:
    """Return the head of its file's tensors; those of the tuned blocks are left to `tuned_tails`.

    Raises TypeError, KeyError, ValueError for what does not fit.
    """
    arrays = {
        name: np.ascontiguousarray(value, dtype=np.float32)
        for name, value in tensors.items()
        if not name.startswith(BLOCKS)
    }
    single: dict[str, Any] = {name: float(arrays.pop(name).reshape(-1)[0]) for name in SINGLE}
    _check_shapes(arrays)
    of_regression: dict[str, Any] = {name: arrays.pop(name) for name in ("landmarks", "weights", "linear")}
    of_regression |= {name: single.pop(name) for name in ("gamma", "bias")}
    squares = squared_lengths(of_regression["landmarks"])
    return OpinionHead(**arrays, **single, regression=Regression(**of_regression, landmark_squares=squares))


def _check_shapes(arrays: Mapping[str, Values]) -> None:
    places, landmarks, tails = (len(arrays[name]) for name in ("projection", "landmarks", "tuned"))
    expected = {
        "centre": (FROZEN_FEATURES,),
        "scale": (FROZEN_FEATURES,),
        "tuned_centre": (TAIL_FEATURES,),
        "tuned_scale": (TAIL_FEATURES,),
        "tuned": (tails, TAIL_FEATURES),
        "tuned_bias": (tails,),
        "projection": (places, FROZEN_FEATURES),
        "landmarks": (landmarks, places),
        "weights": (landmarks,),
        "linear": (places,),
    }
    for name, shape in expected.items():
        if arrays[name].shape != shape:
            raise ValueError(f"{name} has shape {arrays[name].shape}, expected {shape}")


def tuned_tails(tensors: Mapping[str, NDArray[np.floating]]) -> list[dict[str, NDArray[np.floating]]]:
    """Return each tail's own tensors by their names in the network. Raises KeyError without any."""
    found: dict[str, dict[str, NDArray[np.floating]]] = {}
    for name, value in tensors.items():
        if name.startswith(BLOCKS):
            number, own = name.removeprefix(BLOCKS).split(".", 1)
            found.setdefault(number, {})[own] = value
    if not found:
        raise KeyError(BLOCKS)
    return [found[number] for number in sorted(found, key=int)]
