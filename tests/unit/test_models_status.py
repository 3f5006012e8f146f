"""A state has to be earned."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.models.status import StatusBoard, log_summary, short_name, status_of, summary
from engine.report import status_as_json
from engine.scoring.base import ModelInfo
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


INFO = ModelInfo(
    role=Role.AESTHETIC,
    name="NIMA MobileNet, embedded default",
    version="1",
    checkpoint="/models/nima.h5",
    sha256="e563ad91" * 8,
    device="cpu",
    runtime="OpenVINO",
    note="no GPU was found",
)


def test_a_status_names_file_hash_and_place():
    status = status_of(INFO, ModelState.IDLE, "why")
    assert (status.role, status.name, status.state) == (Role.AESTHETIC, INFO.name, ModelState.IDLE)
    assert (status.checkpoint, status.sha256) == (INFO.checkpoint, INFO.sha256)
    assert (status.device, status.runtime, status.reason) == ("cpu", "OpenVINO", "why")
    assert short_name(status) == "NIMA MobileNet"


def test_counts_add_up_and_the_last_failure_is_named():
    board = _board()
    for _ in range(2):
        board.count(Role.AESTHETIC, scored=3, cached=2)
        board.count(Role.AESTHETIC, failed=1, error="a.jpg: NaN")
    board.count(Role.AESTHETIC, scored=1)
    status = _status(board)
    assert (status.scored, status.cached, status.failed) == (7, 4, 2)
    assert status.reason == "failed on 2 photos: a.jpg: NaN"


def test_a_fallback_is_told_and_failures_after_it():
    board = _board()
    board.place(INFO)
    assert (_status(board).device, _status(board).runtime) == ("cpu", "OpenVINO")
    board.count(Role.AESTHETIC, scored=1)
    assert _status(board).reason == "no GPU was found"
    board.count(Role.AESTHETIC, failed=1, error="a.jpg: NaN")
    assert _status(board).reason == "no GPU was found; failed on 1 photo: a.jpg: NaN"


def test_a_model_that_fails_and_one_that_is_doubtful_are_told(caplog):
    board = _board()
    board.fail(Role.AESTHETIC, "the file is damaged")
    assert "Model for aesthetic failed: the file is damaged" in caplog.text
    board.warn(Role.AESTHETIC, "no better than chance")
    assert _status(board).warning == "no better than chance"
    board.warn(Role.AESTHETIC, None)
    assert _status(board).warning is None


def test_the_summary_says_where_each_model_runs_and_what_is_wrong(caplog):
    board = StatusBoard(
        (IDLE, ModelStatus(Role.COMPARATOR, "Siamese", ModelState.MISSING, reason="not there"))
    )
    board.place(INFO)
    board.count(Role.AESTHETIC, scored=2, cached=1)
    board.warn(Role.AESTHETIC, "no better than chance")
    with caplog.at_level("INFO"):
        log_summary(board.statuses())
    assert caplog.messages[-1].splitlines() == [
        "Model Status:",
        "  AVA: active - NIMA [e563ad91] on cpu (OpenVINO); scored 2, cached 1, failed 0; no GPU was found"
        "; WARNING: no better than chance",
        "  Siamese: missing - Siamese; scored 0, cached 0, failed 0; not there",
    ]


def test_the_json_of_a_model_has_the_promised_keys_and_a_warning_only_where_there_is_one():
    promised = "role name state embedded_default checkpoint sha256 device runtime scored cached failed reason"
    assert set(status_as_json(IDLE)) == set(promised.split())
    warned = status_as_json(replace(IDLE, warning="self-test: broken: NaN"))
    assert set(warned) == {*promised.split(), "warning"}
