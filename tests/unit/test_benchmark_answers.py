"""Figures of a benchmark against values worked out elsewhere."""

import pytest

from engine.benchmark.answers import Answer, calibration_error, figures, reliability


def test_a_constant_answer_is_half_right_and_all_order():
    found = figures([Answer(0.5, flipped=True)] * 40)
    assert (found.accuracy, found.order_bias, found.ties) == (0.5, 1.0, 40)


def test_calibration_error_is_the_weighted_distance_of_confidence_and_accuracy():
    sure_and_right = [Answer(1.0, False)] * 30
    claims_075_is_right_in_half = [Answer(0.75, False)] * 5 + [Answer(0.25, False)] * 5
    answers = sure_and_right + claims_075_is_right_in_half
    assert calibration_error(answers) == pytest.approx(10 / 40 * 0.25)
    assert [(b.count, b.accuracy) for b in reliability(answers)] == [(10, 0.5), (30, 1.0)]


def test_a_perfectly_calibrated_judge_has_no_error():
    answers = [Answer(0.8, False)] * 80 + [Answer(0.2, False)] * 20
    assert calibration_error(answers) == pytest.approx(0.0)
    assert figures(answers).accuracy == pytest.approx(0.8)


def test_confidence_is_sorted_into_ten_bins_and_their_mean_is_told():
    answers = [Answer(confidence, False) for confidence in (0.51, 0.56, 0.92, 0.97, 1.0)]
    assert [bin_.count for bin_ in reliability(answers)] == [1, 1, 1, 2]
    assert figures(answers).confidence == pytest.approx(0.792)
