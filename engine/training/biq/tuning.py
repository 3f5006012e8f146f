"""Tunes MobileNetV2's last blocks on opinions, from the maps that the blocks before them make.

The blocks before stay as they came, so that a pass over 8,000 photos takes minutes without a GPU.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.models.opinion_head import LIMIT, TAIL_FEATURES, parted, standardised
from engine.models.opinion_network import build_tail, statistics
from engine.training.biq.maps import Maps
from engine.training.biq.samples import VIEWS

if TYPE_CHECKING:
    import torch
    from torch import nn

Values = NDArray[np.float32]
Say = Callable[[str], None]
START_PENALTY = 2e4  # of the ridge regression that the weights of features start from
SHOWN = 64  # maps at once, where nothing is learned


@dataclass(frozen=True, slots=True)
class TuneSettings:
    """`rate` is the highest; it rises over `warm` of all steps and falls to nothing (Smith 2018)."""

    passes: int = 6
    rate: float = 2e-4
    head_rate: float = 6e-5
    warm: float = 0.15
    decay: float = 0.05
    batch: int = 32
    dropout: float = 0.2
    rank_share: float = 0.5  # of the loss that is 1 - correlation, beside the squared error
    seed: int = 0


@dataclass(frozen=True, slots=True)
class TunedTail:
    """Tuned blocks by tensor name, half precision, and the weights of their standardised features."""

    blocks: dict[str, NDArray[np.float16]]
    weights: Values  # (TAIL_FEATURES,)
    bias: float


@dataclass(frozen=True, slots=True)
class Standard:
    """Centre and scale of the tuned blocks' features, (TAIL_FEATURES,) each."""

    centre: Values
    scale: Values

    def of(self, features: Values) -> Values:
        return standardised(features, self.centre, self.scale)


def standard_of(features: Values) -> Standard:
    """Return what standardises the tail's part of raw features (n, VIEWS, F), of one tail as it came."""
    rows = _of_tail(features)
    return Standard(rows.mean(axis=0), 1.0 / (rows.std(axis=0) + 1e-3))


def _of_tail(features: Values) -> Values:
    return parted(features)[1].reshape(-1, TAIL_FEATURES)


def tune(
    maps: Maps,
    features: Values,
    opinions: NDArray[np.float64],
    standard: Standard,
    mobilenet: Path,
    settings: TuneSettings,
    say: Say,
) -> TunedTail:
    """Return blocks tuned on photos' maps; `features` (n, VIEWS, F) are those before tuning.

    Raises ModelError.
    """
    import torch

    torch.manual_seed(settings.seed)
    head = _start(features, opinions, standard)
    blocks = _blocks(mobilenet)
    steps = max(1, len(maps) // settings.batch)
    groups = [
        {"params": list(blocks.parameters()), "lr": settings.rate},
        {"params": list(head.parameters()), "lr": settings.head_rate},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=settings.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        [settings.rate, settings.head_rate],
        total_steps=settings.passes * steps + 1,
        pct_start=settings.warm,
    )
    think = _thinker(blocks, head, standard, torch.nn.Dropout(settings.dropout))
    rng, spread = np.random.default_rng(settings.seed), float(opinions.var())
    for number in range(settings.passes):
        total = 0.0
        for x, y in _batches(maps, opinions, settings.batch, rng):
            loss = _loss(think(x), y, spread, settings.rank_share)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(blocks.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) / steps
        say(f"pass {number + 1} of {settings.passes}: loss {total:.4f}")
    return _tail(blocks, head)


def tuned_opinions(
    tails: Sequence[TunedTail], standard: Standard, maps: Maps, mobilenet: Path
) -> NDArray[np.float64]:
    """Return what tails think on average of photos' views, (n, VIEWS). Raises ModelError."""
    flat = maps.reshape(-1, *maps.shape[2:])
    each = [_thoughts(tail, standard, flat, mobilenet) for tail in tails]
    return np.mean(each, axis=0).reshape(-1, VIEWS)


def _thoughts(tail: TunedTail, standard: Standard, maps: Maps, mobilenet: Path) -> NDArray[np.float64]:
    import torch

    blocks = build_tail(mobilenet, tail.blocks)
    found: list[Values] = []
    with torch.no_grad():
        for start in range(0, len(maps), SHOWN):
            x = torch.from_numpy(maps[start : start + SHOWN].astype(np.float32))
            found.append(torch.cat(statistics(blocks(x)), dim=1).numpy())
    return (standard.of(np.concatenate(found)) @ tail.weights + tail.bias).astype(np.float64)


def _start(features: Values, opinions: NDArray[np.float64], standard: Standard) -> nn.Linear:
    """Return the layer of a ridge regression on the features before tuning."""
    import torch
    from torch import nn

    x = standard.of(_of_tail(features)).astype(np.float64)
    y = np.repeat(opinions, VIEWS)
    weights = np.linalg.solve(x.T @ x + START_PENALTY * np.eye(x.shape[1]), x.T @ (y - y.mean()))
    layer = nn.Linear(x.shape[1], 1)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weights)[None])
        layer.bias.fill_(float(y.mean()))
    return layer


def _blocks(mobilenet: Path) -> nn.Module:
    """Return the blocks to tune, as they came, laid out for speed."""
    import torch

    blocks = build_tail(mobilenet, {}).to(memory_format=torch.channels_last)
    for module in blocks.modules():
        if isinstance(module, torch.nn.ReLU6):
            module.inplace = False  # what is overwritten cannot be learned from
    return blocks


def _thinker(
    blocks: nn.Module, head: nn.Linear, standard: Standard, dropout: nn.Dropout
) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return what makes opinions (n,) of maps (n, *MAP_SHAPE), to be learned from."""
    import torch

    centre, scale = torch.from_numpy(standard.centre), torch.from_numpy(standard.scale)

    def think(maps: torch.Tensor) -> torch.Tensor:
        # Half the width is enough to learn by, and twice as fast on CPUs that know it.
        with torch.autocast("cpu", torch.bfloat16):
            last = blocks(maps.contiguous(memory_format=torch.channels_last))
        features = (torch.cat(statistics(last.float()), dim=1) - centre) * scale
        return head(dropout(features.clamp(-LIMIT, LIMIT)))[:, 0]

    return think


def _batches(
    maps: Maps, opinions: NDArray[np.float64], size: int, rng: np.random.Generator
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield one view of every photo, every second one mirrored, in an order drawn anew."""
    import torch

    order = rng.permutation(len(maps))
    for start in range(0, max(1, len(order) - size + 1), size):
        chosen = np.sort(order[start : start + size])
        views, mirrored = rng.integers(VIEWS, size=len(chosen)), rng.integers(2, size=len(chosen))
        shown = [
            maps[photo, view, :, :, ::-1] if mirror else maps[photo, view]
            for photo, view, mirror in zip(chosen, views, mirrored, strict=True)
        ]
        yield (
            torch.from_numpy(np.stack(shown).astype(np.float32)),
            torch.from_numpy(opinions[chosen].astype(np.float32)),
        )


def _loss(thought: torch.Tensor, opinions: torch.Tensor, spread: float, rank_share: float) -> torch.Tensor:
    """Return the squared error, in variances of opinion, and what is missing to full correlation."""
    one, other = thought - thought.mean(), opinions - opinions.mean()
    correlation = (one * other).sum() / (one.norm() * other.norm() + 1e-6)
    return (thought - opinions).square().mean() / spread + rank_share * (1.0 - correlation)


def _tail(blocks: nn.Module, head: nn.Linear) -> TunedTail:
    half = {name: np.asarray(tensor.numpy(), np.float16) for name, tensor in blocks.state_dict().items()}
    weights = head.weight.detach().numpy()[0].astype(np.float32)
    return TunedTail(half, weights, float(head.bias.detach()))
