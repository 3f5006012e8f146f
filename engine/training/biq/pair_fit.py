"""Fits the comparator's head: people's opinions of unlike photos, and faults of one and the same photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.comparing.framing import PARTS

if TYPE_CHECKING:
    import torch

Values = NDArray[np.float64]
FAULT_DIRECTIONS, PHOTO_DIRECTIONS = 16, 16  # of the projection
HIDDEN = 16
HUMAN_PAIRS = 40_000
STEPS = 400
RATE = 0.02
LINEAR_DECAY, HIDDEN_DECAY = 1e-2, 3e-2
FAULT_SHARE = 0.5  # of the loss


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of n pictures, each shown in V views."""

    opinions: Values  # the network's, (n, V)
    features: NDArray[np.float32]  # projected, (n, V, P)
    traits: Values  # (n, V, VIEW_TRAITS)

    def rows(self, which: NDArray[np.intp]) -> Seen:
        return Seen(self.opinions[which], self.features[which], self.traits[which])


@dataclass(frozen=True, slots=True)
class Pairs:
    """Indices of two pictures, and whether the first is better (1 or 0)."""

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    better: Values


@dataclass(frozen=True, slots=True)
class Crops:
    """Pairs of a picture and a crop of it, and what tells that it is one, (n, PARTS)."""

    pairs: Pairs
    evidence: Values


def human_pairs(people: Values, which: NDArray[np.intp], seed: int) -> Pairs:
    """Return pairs of photos `which` that people liked unequally, drawn by the seed."""
    rng = np.random.default_rng(seed)
    first, second = rng.choice(which, HUMAN_PAIRS), rng.choice(which, HUMAN_PAIRS)
    unlike = people[first] != people[second]
    first, second = first[unlike], second[unlike]
    return Pairs(first, second, (people[first] > people[second]).astype(np.float64))


def fit_head(
    seen: Seen, people: Pairs, faults: Pairs, crops: Crops, seed: int = 0
) -> dict[str, NDArray[np.float32]]:
    """Return the tensors of a PairHead. In `faults` and `crops` the first picture is always the better."""
    projection = _projection(seen, faults)
    raw = np.concatenate([seen.opinions[..., None], seen.features @ projection.T, seen.traits], axis=2)
    centre, scale = raw.mean(axis=(0, 1)), 1.0 / (raw.std(axis=(0, 1)) + 1e-6)
    learned = _descend((raw - centre) * scale, people, faults, crops, seed)
    found = {
        "projection": projection,
        "centre": centre,
        "scale": scale,
        "temperature": np.ones(1),
        **learned,
    }
    return {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in found.items()}


def temperature_of(logits: Values, better: Values) -> float:
    """Return the temperature at which logits are best calibrated (least cross-entropy)."""
    steps = np.exp(np.linspace(np.log(0.2), np.log(5.0), 200))
    signed = np.where(better > 0.5, logits, -logits)
    return float(min(steps, key=lambda t: float(np.logaddexp(0.0, -signed / t).mean())))


def _projection(seen: Seen, faults: Pairs) -> Values:
    """Return orthonormal directions along which faults, and photos, differ most."""
    size = seen.features.shape[-1]
    apart = (seen.features[faults.first] - seen.features[faults.second]).astype(np.float64).reshape(-1, size)
    apart /= np.linalg.norm(apart, axis=1, keepdims=True) + 1e-9
    _, _, along_faults = np.linalg.svd(apart, full_matrices=False)
    photos = seen.features.astype(np.float64).reshape(-1, size)
    _, _, along_photos = np.linalg.svd(photos - photos.mean(axis=0), full_matrices=False)
    both = np.vstack([along_faults[:FAULT_DIRECTIONS], along_photos[:PHOTO_DIRECTIONS]])
    orthonormal, _ = np.linalg.qr(both.T)
    return orthonormal.T


def _descend(z: Values, people: Pairs, faults: Pairs, crops: Crops, seed: int) -> dict[str, Values]:
    import torch

    torch.manual_seed(seed)
    size = z.shape[-1]
    linear = torch.zeros(size, requires_grad=True)
    hidden = (0.05 * torch.randn(HIDDEN, 2 * size)).requires_grad_()
    bias = torch.zeros(HIDDEN, requires_grad=True)
    out = (0.05 * torch.randn(HIDDEN)).requires_grad_()
    crop = torch.zeros(PARTS, requires_grad=True)
    optimiser = torch.optim.Adam([linear, hidden, bias, out, crop], lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    x, evidence = torch.from_numpy(z).float(), torch.from_numpy(crops.evidence).float()
    sets = [(_tensors(people), 1.0 - FAULT_SHARE), (_tensors(faults), FAULT_SHARE)]
    whole, part, _ = _tensors(crops.pairs)
    rng = np.random.default_rng(seed)

    def logits(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        apart, together = x[first] - x[second], x[first] + x[second]
        forth = torch.tanh(torch.cat([apart, together], 2) @ hidden.T + bias) @ out
        back = torch.tanh(torch.cat([-apart, together], 2) @ hidden.T + bias) @ out
        views = apart @ linear + (forth - back)
        return views.mean(1)

    for _ in range(STEPS):
        # Not of `crop`: that one picture is found in another is no guess.
        loss = LINEAR_DECAY * linear.square().sum() + HIDDEN_DECAY * (
            hidden.square().sum() + out.square().sum()
        )
        for (first, second, better), share in sets:
            some = torch.from_numpy(rng.integers(0, len(first), min(len(first), 2048)))
            found = logits(first[some], second[some])
            loss = loss + share * torch.nn.functional.binary_cross_entropy_with_logits(found, better[some])
        # Crops teach the weights of the evidence alone: what is thought of photos is learned without them.
        told = logits(whole, part).detach() + evidence @ crop
        loss = loss + torch.nn.functional.softplus(-told).sum() / max(1, len(told))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    named = {"linear": linear, "hidden": hidden, "hidden_bias": bias, "out": out, "crop": crop}
    return {name: tensor.detach().double().numpy() for name, tensor in named.items()}


def _tensors(pairs: Pairs) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    import torch

    return (
        torch.from_numpy(pairs.first),
        torch.from_numpy(pairs.second),
        torch.from_numpy(pairs.better).float(),
    )
