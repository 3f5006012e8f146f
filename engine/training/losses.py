"""What training makes small."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def opinion_loss(name: str, outputs: Tensor, votes: Tensor) -> Tensor:
    """Return the mean loss of outputs (n, 10) or (n, 1) against shares of votes (n, 10), which sum to 1.

    emd: earth mover's distance with r = 2 (NIMA, Talebi and Milanfar 2018); kl: Kullback-Leibler divergence
    of the votes from the outputs; mse, l1: of the mean opinion.
    """
    from torch.nn import functional

    if name == "kl":
        return functional.kl_div(outputs.log_softmax(1), votes, reduction="batchmean")
    if name == "emd":
        gap = (outputs.softmax(1) - votes).cumsum(1)
        return gap.square().mean(1).add(1e-12).sqrt().mean()  # no infinite slope where they agree
    scores, means = score_of(outputs), expectation(votes)
    return functional.mse_loss(scores, means) if name == "mse" else functional.l1_loss(scores, means)


def ranking_loss(name: str, first: Tensor, second: Tensor, preference: Tensor, margin: float) -> Tensor:
    """Return the mean loss of scores (n,) against the shares (n,) who prefer the first.

    ranknet: the difference is the logit of the share (Burges 2005); margin: the better one has to lead.
    """
    from torch.nn import functional

    difference = first - second
    if name == "ranknet":
        return functional.binary_cross_entropy_with_logits(difference, preference)
    return functional.relu(margin - (preference - 0.5).sign() * difference).mean()


def comparator_loss(logits: Tensor, preference: Tensor, *, soft: bool) -> Tensor:
    """Return the mean cross entropy of logits (2, n, 2), the pairs in both orders.

    `preference` (n,) is the share who prefer the first; class 1 means that the second is better.
    """
    import torch
    from torch.nn import functional

    second_is_better = 1.0 - (preference if soft else (preference > 0.5).float())
    if not soft:
        second_is_better = torch.where(preference == 0.5, 0.5, second_is_better)
    forwards = torch.stack([1.0 - second_is_better, second_is_better], dim=1)
    return 0.5 * (
        functional.cross_entropy(logits[0], forwards) + functional.cross_entropy(logits[1], forwards.flip(1))
    )


def score_of(outputs: Tensor) -> Tensor:
    """Return the mean opinion (n,) of outputs (n, 10) or (n, 1)."""
    return outputs[:, 0] if outputs.shape[1] == 1 else expectation(outputs.softmax(1))


def expectation(shares: Tensor) -> Tensor:
    """Return the mean (n,) of distributions (n, 10) over the opinions 1..10."""
    import torch

    return shares @ torch.arange(1, 11, dtype=shares.dtype, device=shares.device)
