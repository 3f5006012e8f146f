"""Fits the opinion head to people's opinions, and says by cross-validation how good it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.models.opinion_head import Regression, likenesses, squared_lengths, standardised

Values = NDArray[np.float32]
POWER_STEPS = 2  # of the randomised decomposition
SPARE = 20  # directions more than are kept


@dataclass(frozen=True, slots=True)
class FitSettings:
    """`width` is of the likeness, in medians of squared distance; penalties as in ridge regression."""

    directions: int = 400
    landmarks: int = 4000
    width: float = 2.5
    kernel_penalty: float = 1.0
    linear_penalty: float = 6e4
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Basis:
    """How features are standardised and projected. It knows nothing of opinions."""

    centre: Values  # (F,)
    scale: Values  # (F,)
    projection: Values  # (P, F)

    def projected(self, features: Values) -> Values:
        """Return (n, P) of features (n, F)."""
        return (standardised(features, self.centre, self.scale) @ self.projection.T).astype(np.float32)


def fit_basis(features: Values, settings: FitSettings) -> Basis:
    """Return the basis of features (n, F)."""
    centre, scale = features.mean(axis=0), 1.0 / (features.std(axis=0) + 1e-3)
    standard = standardised(features, centre, scale)
    return Basis(centre, scale, principal_directions(standard, settings.directions, settings.seed))


def fit_kernel(projected: Values, opinions: NDArray[np.float64], settings: FitSettings) -> Regression:
    """Return the regression of opinions (n,) on projected features (n, P)."""
    rng = np.random.default_rng(settings.seed)
    chosen = rng.permutation(len(projected))[: settings.landmarks]
    landmarks = projected[chosen]
    gamma = settings.width / _median_square(landmarks[:500])
    near = likenesses(projected, landmarks, gamma)
    bias = float(opinions.mean())
    x = np.hstack([near, projected]).astype(np.float64)
    penalty = np.zeros((x.shape[1], x.shape[1]))
    size = len(landmarks)
    penalty[:size, :size] = settings.kernel_penalty * likenesses(landmarks, landmarks, gamma)
    penalty[np.diag_indices(len(penalty))] += np.r_[np.full(size, 1e-6), np.full(x.shape[1] - size, 0.0)]
    lower = np.arange(size, x.shape[1])
    penalty[lower, lower] += settings.linear_penalty
    solution = np.linalg.solve(x.T @ x + penalty, x.T @ (opinions - bias)).astype(np.float32)
    weights, linear = solution[:size], solution[size:]
    return Regression(landmarks, weights, linear, gamma, bias, squared_lengths(landmarks))


def principal_directions(standard: Values, count: int, seed: int) -> Values:
    """Return the (count, F) directions of largest variance, by a randomised decomposition."""
    rng = np.random.default_rng(seed)
    found = standard.T @ (standard @ rng.normal(size=(standard.shape[1], count + SPARE)).astype(np.float32))
    for _ in range(POWER_STEPS):
        found, _ = np.linalg.qr(found)
        found = standard.T @ (standard @ found)
    basis, _ = np.linalg.qr(found)
    _, _, directions = np.linalg.svd(standard @ basis, full_matrices=False)
    return np.ascontiguousarray((basis @ directions[:count].T).T, dtype=np.float32)


def folds_of(clusters: NDArray[np.intp], count: int, seed: int) -> NDArray[np.intp]:
    """Return the fold of each photo; near-duplicates and photos of one scene share theirs."""
    known, which = np.unique(clusters, return_inverse=True)
    return (np.random.default_rng(seed).permutation(len(known)) % count)[which]


def _median_square(points: Values) -> float:
    squares = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    return float(np.median(squares[np.triu_indices(len(points), 1)]))
