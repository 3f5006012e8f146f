"""A state has to be earned."""

from __future__ import annotations

import pytest

from engine.models.status import StatusBoard, summary
from engine.types import ModelState, ModelStatus, Role

IDLE = ModelStatus(Role.AESTHETIC, "NIMA", ModelState.IDLE, sha256="e563ad91" * 8)


def _board() -> StatusBoard:
    return StatusBoard((IDLE,))


def _status(board: StatusBoard) -> ModelStatus:
    return board.statuses()[0]


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        ({}, ModelState.IDLE),
        ({"scored": 1}, ModelState.ACTIVE),
        ({"cached": 1}, ModelState.ACTIVE),
        ({"failed": 1, "error": "a.jpg: NaN"}, ModelState.FAILED),
        ({"scored": 1, "failed": 1, "error": "a.jpg: NaN"}, ModelState.ACTIVE),
    ],
)
def test_the_state_follows_from_what_happened(counts: dict, state: ModelState):
    board = _board()
    board.count(Role.AESTHETIC, **counts)
    assert _status(board).state is state


def test_failures_beside_successes_are_told():
    board = _board()
    board.count(Role.AESTHETIC, scored=8)
    board.count(Role.AESTHETIC, failed=1, error="a.jpg: not a number")
    assert _status(board).reason == "failed on 1 photo: a.jpg: not a number"


def test_cached_scores_do_not_hide_a_model_that_cannot_be_loaded():
    board = _board()
    board.count(Role.AESTHETIC, cached=5)
    board.fail(Role.AESTHETIC, "the file is damaged")
    status = _status(board)
    assert (status.state, status.cached, status.reason) == (ModelState.FAILED, 5, "the file is damaged")


def test_changes_are_told_once():
    board = _board()
    assert board.changed() is not None
    assert board.changed() is None
    board.count(Role.AESTHETIC, scored=1)
    assert board.changed() is not None


def test_the_summary_has_the_names_that_owners_look_for():
    line = summary((IDLE,))
    assert line == "  AVA: idle - NIMA [e563ad91]; scored 0, cached 0, failed 0"
