"""From features to an opinion: a weighted mean of what tuned blocks and a kernel ridge regression say.

The last blocks of MobileNetV2 are tuned on opinions, and their features weighted plainly. The other features,
of networks as they came, are projected; the opinion is a weighted sum of likenesses exp(-gamma |z - l|^2) to
some of the photos it was trained on, plus a plain linear part (Saunders et al. 1998, kernel ridge regression;
Williams and Seeger 2001, Nystroem's approximation).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Mean and deviation of MobileNetV2's channels at five depths and of NIMA's at four (opinion_network.py).
FEATURES = 2 * (24 + 32 + 64 + 96 + 1280 + 128 + 256 + 512 + 1024)
TUNED = slice(2 * (24 + 32 + 64 + 96), 2 * (24 + 32 + 64 + 96 + 1280))  # those of the tuned blocks
TUNED_FEATURES = TUNED.stop - TUNED.start
FROZEN = np.r_[0 : TUNED.start, TUNED.stop : FEATURES]  # places of the others
SINGLE = ("gamma", "bias", "tuned_bias", "tuned_share")
BLOCKS = "blocks."  # before the names of the tuned blocks' own tensors
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

    centre: Values  # (FEATURES,)
    scale: Values  # (FEATURES,)
    tuned: Values  # (TUNED_FEATURES,): weights of the tuned blocks' features
    tuned_bias: float
    tuned_share: float  # of the opinion
    projection: Values  # (P, FEATURES - TUNED_FEATURES)
    regression: Regression

    def standard(self, features: Values) -> Values:
        """Return raw features (n, FEATURES) standardised, and clipped."""
        return standardised(features, self.centre, self.scale)

    def projected(self, features: Values) -> Values:
        """Return (n, P) of raw features (n, FEATURES): what networks as they came say."""
        return (self.standard(features)[:, FROZEN] @ self.projection.T).astype(np.float32)

    def tuned_opinions(self, features: Values) -> NDArray[np.float64]:
        """Return what the tuned blocks think, (n,), of raw features (n, FEATURES)."""
        return (self.standard(features)[:, TUNED] @ self.tuned + self.tuned_bias).astype(np.float64)

    def opinions(self, features: Values, projected: Values) -> NDArray[np.float64]:
        """Return the opinions (n,), about 0..1, of raw and of projected features."""
        share = self.tuned_share
        return share * self.tuned_opinions(features) + (1.0 - share) * self.regression.opinions(projected)


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
    """Return the head of its file's tensors; those of the tuned blocks are left to `tuned_blocks`.

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
    places, landmarks = len(arrays["projection"]), len(arrays["landmarks"])
    expected = {
        "centre": (FEATURES,),
        "scale": (FEATURES,),
        "tuned": (TUNED_FEATURES,),
        "projection": (places, FEATURES - TUNED_FEATURES),
        "landmarks": (landmarks, places),
        "weights": (landmarks,),
        "linear": (places,),
    }
    for name, shape in expected.items():
        if arrays[name].shape != shape:
            raise ValueError(f"{name} has shape {arrays[name].shape}, expected {shape}")


def tuned_blocks(tensors: Mapping[str, NDArray[np.floating]]) -> dict[str, NDArray[np.floating]]:
    """Return the tuned blocks' own tensors by their names in the network. Raises KeyError without any."""
    found = {name.removeprefix(BLOCKS): value for name, value in tensors.items() if name.startswith(BLOCKS)}
    if not found:
        raise KeyError(BLOCKS)
    return found
