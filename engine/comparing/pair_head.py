"""From what is known of two photos to the probability that the first is better; exchanged, to 1 - p exactly.

A view of a photo is a vector z. For each view the logit is w.d + f(d, s) - f(-d, s), with d = z1 - z2 and
s = z1 + z2: exchanging the photos turns d into -d exactly and leaves s as it is, so the logit changes its
sign and nothing else. The views' logits are averaged. To them comes c.e, where e says which of the two is
a crop of the other, if one is; it changes its sign too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.comparing.framing import FRAMING, PARTS, crop_evidence
from engine.comparing.traits import VIEW_TRAITS

Values = NDArray[np.float64]
VIEWS = 2


@dataclass(frozen=True, slots=True)
class PairHead:
    """The trained numbers. A view's vector is opinion, projected features and traits, standardised."""

    projection: Values  # (K, P), of the features that the opinion is made of
    centre: Values  # (D,), D = 1 + K + VIEW_TRAITS
    scale: Values  # (D,)
    linear: Values  # (D,)
    hidden: Values  # (H, 2 D)
    hidden_bias: Values  # (H,)
    out: Values  # (H,)
    crop: Values  # (PARTS,), of what `crop_evidence` tells
    temperature: float

    def view(self, opinion: float, features: NDArray[np.float32], traits: NDArray[np.float32]) -> Values:
        """Return the vector of a view, (D,)."""
        raw = np.concatenate([[opinion], self.projection @ features.astype(np.float64), traits])
        return (raw - self.centre) * self.scale

    def probability(self, first: Values, second: Values) -> float:
        """Return p(first is better), 0..1, of two photos' vectors (VIEWS * D + FRAMING,)."""
        size = len(self.centre)
        logit = float(self.crop @ crop_evidence(first[-FRAMING:], second[-FRAMING:]))
        for start in range(0, VIEWS * size, size):
            logit += self._logit(first[start : start + size], second[start : start + size]) / VIEWS
        return exact_probability(logit / self.temperature)

    def _logit(self, first: Values, second: Values) -> float:
        apart, together = first - second, first + second
        forth, back = self._bent(apart, together), self._bent(-apart, together)
        return float(self.linear @ apart) + (forth - back)

    def _bent(self, apart: Values, together: Values) -> float:
        inner = self.hidden @ np.concatenate([apart, together]) + self.hidden_bias
        return float(self.out @ np.tanh(inner))


def exact_probability(logit: float) -> float:
    """Return the logistic of a logit such that p(-logit) is 1 - p(logit) to the last bit."""
    larger = 1.0 / (1.0 + math.exp(-abs(logit)))  # in 0.5..1, where 1 - x is exact
    return larger if logit >= 0 else 1.0 - larger


def pair_head(tensors: Mapping[str, NDArray[np.floating]]) -> PairHead:
    """Return the head of its file's tensors. Raises KeyError, TypeError, ValueError for what does not fit."""
    arrays = {name: np.asarray(value, dtype=np.float64) for name, value in tensors.items()}
    temperature = float(arrays.pop("temperature").reshape(-1)[0])
    head = PairHead(**arrays, temperature=temperature)
    size = 1 + len(head.projection) + VIEW_TRAITS
    hidden = len(head.out)
    expected = {
        "projection": (len(head.projection), head.projection.shape[-1]),
        "centre": (size,),
        "scale": (size,),
        "linear": (size,),
        "hidden": (hidden, 2 * size),
        "hidden_bias": (hidden,),
        "crop": (PARTS,),
    }
    for name, shape in expected.items():
        if arrays[name].shape != shape:
            raise ValueError(f"{name} has shape {arrays[name].shape}, expected {shape}")
    return head
