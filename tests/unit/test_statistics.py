"""Correlations and intervals against values worked out elsewhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from engine.statistics import pearson, spearman, wilson


def test_spearman_equals_scipys():
    random = np.random.default_rng(0)
    for _ in range(20):
        first, second = random.integers(0, 6, 30), random.normal(size=30)
        assert spearman(first.tolist(), second.tolist()) == pytest.approx(spearmanr(first, second).statistic)
    assert spearman([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]) == 0.0


def test_rank_correlation_shares_ranks_among_ties() -> None:
    assert spearman(np.array([1.0, 2.0, 2.0, 3.0]), np.array([1.0, 2.5, 2.5, 9.0])) == pytest.approx(1.0)
    assert spearman(np.array([1.0, 2.0, 3.0]), np.array([3.0, 2.0, 1.0])) == pytest.approx(-1.0)
    # By hand: ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4.
    assert spearman(np.array([1.0, 2.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0, 4.0])) == pytest.approx(
        0.9486833
    )
    assert pearson(np.array([1.0, 1.0]), np.array([0.0, 1.0])) == 0.0


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I (method 3), to the digits printed there
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (8, 10, 0.4902, 0.9433),
        (20, 20, 0.8389, 1.0),
    ],
)
def test_wilson_interval_equals_published_values(right, count, low, high):
    assert wilson(right, count) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.floats(0, n), st.just(n))))
def test_wilson_interval_holds_the_share(found):
    right, count = found
    low, high = wilson(right, count)
    assert 0 <= low <= right / count + 1e-9 and right / count - 1e-9 <= high <= 1
