"""The comparator's head: exchanging two photos gives exactly the other answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFilter

from engine.comparing.framing import PARTS, framing_of
from engine.comparing.pair_head import VIEWS, PairHead, exact_probability, pair_head
from engine.comparing.traits import VIEW_TRAITS, view_traits

DIRECTIONS, FEATURES, HIDDEN = 3, 10, 4
SIZE = 1 + DIRECTIONS + VIEW_TRAITS


def random_tensors(seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes = {
        "projection": (DIRECTIONS, FEATURES),
        "centre": (SIZE,),
        "scale": (SIZE,),
        "linear": (SIZE,),
        "hidden": (HIDDEN, 2 * SIZE),
        "hidden_bias": (HIDDEN,),
        "out": (HIDDEN,),
        "crop": (PARTS,),
    }
    found = {name: rng.normal(0, 1, shape).astype(np.float32) for name, shape in shapes.items()}
    return {**found, "temperature": np.array([1.7], np.float32)}


def random_photo(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    width, height = rng.integers(20, 60, 2)  # of some pairs one fits into the other, of some neither
    framing = framing_of(rng.integers(0, 256, (40, 40, 3), np.uint8), int(width), int(height))
    return np.concatenate([rng.normal(0, 1, VIEWS * SIZE).astype(np.float32), framing])


@given(st.floats(allow_nan=False, min_value=-700, max_value=700))
def test_the_probability_of_the_opposite_is_the_rest_to_the_last_bit(logit: float) -> None:
    assert exact_probability(-logit) == 1.0 - exact_probability(logit)
    assert (exact_probability(logit) > 0.5) == (logit > 0 and exact_probability(logit) != 0.5)


@given(st.integers(0, 50), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_exchanged_photos_get_exactly_the_other_answer(head: int, first: int, second: int) -> None:
    judge = pair_head(random_tensors(head))
    a, b = random_photo(first).astype(float), random_photo(second).astype(float)
    assert judge.probability(a, b) == 1.0 - judge.probability(b, a)
    assert judge.probability(a, a) == 0.5


def test_temperature_moves_confidence_and_no_answer() -> None:
    tensors = random_tensors(1)
    cool, hot = pair_head(tensors), pair_head({**tensors, "temperature": np.array([50.0])})
    for seed in range(20):
        a, b = random_photo(seed).astype(float), random_photo(seed + 100).astype(float)
        assert (cool.probability(a, b) > 0.5) == (hot.probability(a, b) > 0.5)
        assert abs(hot.probability(a, b) - 0.5) <= abs(cool.probability(a, b) - 0.5)


def test_tensors_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="hidden has shape"):
        pair_head({**random_tensors(0), "hidden": np.zeros((HIDDEN, SIZE))})
    with pytest.raises(TypeError):
        pair_head({name: value for name, value in random_tensors(0).items() if name != "linear"})


def test_the_head_is_frozen() -> None:
    head: PairHead = pair_head(random_tensors(0))
    with pytest.raises(AttributeError):
        head.temperature = 2.0  # type: ignore[misc]


def test_traits_tell_a_blurred_picture_from_a_clean_one(photos: dict) -> None:
    clean = photos["astronaut"].resize((512, 512))
    blurred = np.asarray(clean.filter(ImageFilter.GaussianBlur(3)))
    sharp, soft = view_traits(np.asarray(clean)), view_traits(blurred)
    assert sharp.shape == (VIEW_TRAITS,)
    assert (soft[:8] < sharp[:8] - 0.3).all(), "detail at the two finer scales"
    assert np.isfinite(view_traits(np.zeros((512, 512, 3), np.uint8))).all()
