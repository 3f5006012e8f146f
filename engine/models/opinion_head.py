"""From features to an opinion: kernel ridge regression on projected features (Nystroem's approximation).

Saunders et al. 1998 (kernel ridge regression), Williams and Seeger 2001 (Nystroem): the opinion is a weighted
sum of likenesses exp(-gamma |z - l|^2) to some of the photos it was trained on, plus a plain linear part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Mean and deviation of MobileNetV2's channels at five depths and of NIMA's at four (opinion_network.py).
FEATURES = 2 * (24 + 32 + 64 + 96 + 1280 + 128 + 256 + 512 + 1024)
Values = NDArray[np.float32]
LIMIT = 6.0  # standard deviations: no feature counts as further off


@dataclass(frozen=True, slots=True)
class OpinionHead:
    """The trained numbers, P projected features, L landmarks."""

    centre: Values  # (FEATURES,)
    scale: Values  # (FEATURES,)
    projection: Values  # (P, FEATURES)
    landmarks: Values  # (L, P)
    landmark_squares: Values  # (L,): their squared lengths
    weights: Values  # (L,)
    linear: Values  # (P,)
    gamma: float
    bias: float

    def projected(self, features: Values) -> Values:
        """Return (n, P) of raw features (n, FEATURES)."""
        standard = np.clip((features - self.centre) * self.scale, -LIMIT, LIMIT)
        return (standard @ self.projection.T).astype(np.float32)

    def opinions(self, projected: Values) -> NDArray[np.float64]:
        """Return the opinions (n,), about 0..1, of projected features (n, P)."""
        near = likenesses(projected, self.landmarks, self.gamma, self.landmark_squares)
        return (near @ self.weights + projected @ self.linear + self.bias).astype(np.float64)


def likenesses(first: Values, second: Values, gamma: float, second_squares: Values | None = None) -> Values:
    """Return exp(-gamma |a - b|^2), (len(first), len(second)); squared lengths may be known already."""
    lengths = squared_lengths(second) if second_squares is None else second_squares
    squares = squared_lengths(first)[:, None] + lengths[None] - 2.0 * first @ second.T
    return np.exp(-gamma * np.maximum(squares, 0.0)).astype(np.float32)


def squared_lengths(vectors: Values) -> Values:
    return (vectors**2).sum(axis=1)


def opinion_head(tensors: dict[str, NDArray[np.floating]]) -> OpinionHead:
    """Return the head of its file's tensors. Raises TypeError, KeyError, ValueError for what does not fit."""
    arrays = {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in tensors.items()}
    gamma, bias = (float(arrays.pop(name).reshape(-1)[0]) for name in ("gamma", "bias"))
    head = OpinionHead(
        **arrays, landmark_squares=squared_lengths(arrays["landmarks"]), gamma=gamma, bias=bias
    )
    places, landmarks = len(head.projection), len(head.landmarks)
    expected = {
        "centre": (FEATURES,),
        "scale": (FEATURES,),
        "projection": (places, FEATURES),
        "landmarks": (landmarks, places),
        "weights": (landmarks,),
        "linear": (places,),
    }
    for name, shape in expected.items():
        if arrays[name].shape != shape:
            raise ValueError(f"{name} has shape {arrays[name].shape}, expected {shape}")
    return head
