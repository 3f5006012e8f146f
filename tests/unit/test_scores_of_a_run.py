"""Scores of a run: who scores which photo, what fails alone, and what the next run takes over."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.album.decode import Decoded
from engine.errors import ModelError, PhotoError
from engine.events import CancelToken
from engine.models.device import Device
from engine.models.registry import Lineup
from engine.models.status import StatusBoard, status_of
from engine.scoring.base import ModelInfo, ScoreResult
from engine.scoring.composite import portrait_value
from engine.settings import load_settings
from engine.stages.decoding import Frame
from engine.stages.known_photos import KnownPhotos
from engine.stages.remembering import Remembering
from engine.stages.scoring import Scoring
from engine.telemetry import Telemetry
from engine.types import Face, ModelState, Role, Score
from tests.unit.builders import inspected, photo, scene

SHA = {role: role.value[0] * 64 for role in Role}
FACES = (Face((0.4, 0.3, 0.2, 0.2), 0.9, 0.1, 0.9, prominent=True),)


class Brightness:
    """A scorer that is quick: how bright a photo is. It cannot score black ones."""

    def __init__(self, role: Role, *, loads: bool = True) -> None:
        self.info = ModelInfo(role, f"Brightness for {role}", "1", sha256=SHA[role], checkpoint="/b.pt")
        self.loads, self.loaded, self.closed, self.seen = loads, 0, False, 0

    def load(self) -> None:
        self.loaded += 1
        if not self.loads:
            raise ModelError("the file is damaged")
        self.info = replace(self.info, device="cpu", runtime="numpy")

    def score(self, images: Sequence[Decoded]) -> list[ScoreResult]:
        self.seen += len(images)
        return [self._one(decoded.image.mean() / 255) for decoded in images]

    def _one(self, value: float) -> ScoreResult:
        if value == 0:
            return ScoreResult(None, error="it is black")
        score = Score(self.info.role, value, 10 * value, sha256=self.info.sha256, faces=FACES, cached=True)
        seen = np.array([value, 1 - value, 0.25], np.float32)
        if self.info.role is Role.AESTHETIC:
            return ScoreResult(score, features=seen)
        return ScoreResult(score, prepared=2 * seen if self.info.role is Role.QUALITY else None)

    def close(self) -> None:
        self.closed = True


def _frame(number: int, level: int) -> Frame:
    image = np.full((6, 8, 3), level, np.uint8)
    return Frame(photo(number), Decoded(image, 8, 6), scene(number))


def _scoring(*scorers: Brightness) -> tuple[Scoring, StatusBoard]:
    board = StatusBoard(tuple(status_of(scorer.info, ModelState.IDLE) for scorer in scorers))
    lineup = Lineup(Device("cpu"), {s.info.role: s for s in scorers}, None, board.statuses())
    return Scoring(lineup, board, Telemetry()), board


def _by_role(board: StatusBoard) -> dict[Role, tuple[ModelState, int, int, int]]:
    return {s.role: (s.state, s.scored, s.cached, s.failed) for s in board.statuses()}


BOTH = {Role.AESTHETIC, Role.QUALITY}


def test_each_photo_gets_the_scores_that_it_lacks_and_no_others():
    aesthetic, quality = Brightness(Role.AESTHETIC), Brightness(Role.QUALITY)
    scoring, board = _scoring(aesthetic, quality)
    frames = [_frame(0, 51), _frame(1, 102), _frame(2, 153)]
    missing = {0: BOTH, 1: {Role.QUALITY}, 2: set()}
    found = scoring.score(frames, missing, CancelToken())
    assert [(each.photo_id, set(each.scores)) for each in found] == [
        (0, BOTH),
        (1, {Role.QUALITY}),
        (2, set()),
    ]
    assert round(found[0].scores[Role.AESTHETIC].value, 6) == 0.2
    assert round(found[1].scores[Role.QUALITY].value, 6) == 0.4
    assert not any(score.cached for each in found for score in each.scores.values())
    assert {score.sha256 for score in found[0].scores.values()} == {SHA[Role.AESTHETIC], SHA[Role.QUALITY]}
    assert found[0].features is not None and found[0].prepared is not None, "each of another model"
    assert found[1].features is None and found[1].prepared is not None and found[2].prepared is None
    assert (aesthetic.seen, quality.seen, aesthetic.loaded) == (1, 2, 1)
    assert _by_role(board) == {
        Role.AESTHETIC: (ModelState.ACTIVE, 1, 0, 0),
        Role.QUALITY: (ModelState.ACTIVE, 2, 0, 0),
    }
    scoring.score(frames, missing, CancelToken())
    assert aesthetic.loaded == quality.loaded == 1, "once for all batches"
    scoring.close()
    assert aesthetic.closed and quality.closed


def test_a_model_nobody_needs_is_not_loaded():
    scorer = Brightness(Role.QUALITY)
    scoring, board = _scoring(scorer)
    scoring.score([_frame(0, 51)], {0: set()}, CancelToken())
    unreadable = Frame(photo(1), None, None, PhotoError(Path("b.jpg"), "is empty"))
    scoring.score([unreadable], {1: {Role.QUALITY}}, CancelToken())
    assert scorer.loaded == 0 and _by_role(board)[Role.QUALITY][0] is ModelState.IDLE


def test_a_photo_that_cannot_be_scored_fails_alone_and_is_named():
    scoring, board = _scoring(Brightness(Role.QUALITY))
    frames = [_frame(0, 0), _frame(1, 51)]
    found = scoring.score(frames, {0: {Role.QUALITY}, 1: {Role.QUALITY}}, CancelToken())
    assert [set(each.scores) for each in found] == [set(), {Role.QUALITY}]
    assert _by_role(board)[Role.QUALITY] == (ModelState.ACTIVE, 1, 0, 1)
    assert board.statuses()[0].reason == "failed on 1 photo: IMG_0000.JPG: it is black"
    assert (board.statuses()[0].device, board.statuses()[0].runtime) == ("cpu", "numpy")


def test_a_model_that_cannot_be_loaded_is_failed_and_the_others_go_on(caplog):
    broken, good = Brightness(Role.AESTHETIC, loads=False), Brightness(Role.QUALITY)
    scoring, board = _scoring(broken, good)
    for number in range(2):
        (found,) = scoring.score([_frame(number, 51)], {number: BOTH}, CancelToken())
        assert set(found.scores) == {Role.QUALITY}
    assert (broken.loaded, broken.closed, broken.seen) == (1, True, 0)
    assert set(scoring.keys) == {Role.QUALITY}, "nothing is looked for in its name any more"
    assert [(s.state, s.reason) for s in board.statuses()] == [
        (ModelState.FAILED, "the file is damaged"),
        (ModelState.ACTIVE, None),
    ]


def test_where_a_model_had_to_fall_back_is_told_and_stands_in_its_status():
    falls, good = Brightness(Role.AESTHETIC), Brightness(Role.QUALITY)
    falls.info = replace(falls.info, note="no GPU was found")
    scoring, board = _scoring(falls, good)
    scoring.score([_frame(0, 51)], {0: BOTH}, CancelToken())
    assert scoring.notes() == ["no GPU was found"]
    assert [status.reason for status in board.statuses()] == ["no GPU was found", None]


def test_loading_is_told_model_by_model_and_only_what_is_needed():
    scorers = [Brightness(role) for role in (Role.AESTHETIC, Role.QUALITY, Role.PORTRAIT)]
    scoring, _ = _scoring(*scorers)
    frames = [_frame(0, 51)]
    assert list(scoring.load(frames, {0: BOTH}, CancelToken())) == [(0, 2), (1, 2), (2, 2)]
    assert [scorer.loaded for scorer in scorers] == [1, 1, 0]
    assert list(scoring.load(frames, {0: BOTH}, CancelToken())) == []
    cancel = CancelToken()
    cancel.cancel()
    assert list(scoring.load(frames, {0: {Role.PORTRAIT}}, cancel)) == [] and not scorers[2].loaded


def test_what_was_loaded_is_logged_in_words_that_owners_look_for(caplog):
    scoring, _ = _scoring(Brightness(Role.AESTHETIC), Brightness(Role.QUALITY))
    with caplog.at_level("INFO"):
        scoring.score([_frame(0, 51)], {0: BOTH}, CancelToken())
    assert [line.partition(":")[0] for line in caplog.messages] == ["Loaded AVA model", "Loaded IQA model"]
    assert f"[{SHA[Role.AESTHETIC]}] from /b.pt" in caplog.messages[0]


def test_cancelled_later_models_are_left_out():
    cancel = CancelToken()

    class Cancels(Brightness):
        def score(self, images: Sequence[Decoded]) -> list[ScoreResult]:
            cancel.cancel()
            return super().score(images)

    later = Brightness(Role.QUALITY)
    scoring, _ = _scoring(Cancels(Role.AESTHETIC), later)
    (found,) = scoring.score([_frame(0, 51)], {0: BOTH}, cancel)
    assert set(found.scores) == {Role.AESTHETIC} and later.loaded == 0


# -- what the next run takes over


def _known(count: int) -> KnownPhotos:
    known = KnownPhotos([photo(number) for number in range(count)])
    known.take({number: inspected(f"id{number}") for number in range(count)})
    return known


@pytest.fixture
def rules():
    return load_settings().album.portrait


def _run(library: Path, rules, known: KnownPhotos, *roles: Role) -> tuple[dict[int, set[Role]], StatusBoard]:
    """One run: take over what is cached, score what is missing; return what that was."""
    scoring, board = _scoring(*(Brightness(role) for role in roles))
    with closing(Remembering(library, rules, Telemetry())) as remembering:
        missing = remembering.recall(known, scoring.keys, board)
        frames = [_frame(number, 51 + 20 * number) for number in missing]
        new = scoring.score(frames, missing, CancelToken())
        remembering.keep(known, frames, new, scoring.keys)
        assert not remembering.notes()
    return missing, board


def test_the_next_run_knows_all_that_this_one_found(library: Path, rules):
    roles = (Role.AESTHETIC, Role.QUALITY, Role.PORTRAIT)
    first, second = _known(2), _known(2)
    assert _run(library, rules, first, *roles)[0] == {0: set(roles), 1: set(roles)}
    values = {role: round(score.value, 6) for role, score in first.candidates[0].scores.items()}
    assert values == dict.fromkeys(roles, 0.2) | {Role.PORTRAIT: round(portrait_value(FACES, rules), 6)}
    missing, board = _run(library, rules, second, *roles)
    assert missing == {}
    assert set(_by_role(board).values()) == {(ModelState.ACTIVE, 0, 2, 0)}
    for number, before in first.candidates.items():
        after = second.candidates[number]
        assert before.sketch is not None and np.array_equal(before.sketch, after.sketch)
        assert before.features is not None and after.features is not None
        assert np.allclose(before.features, after.features, atol=1e-3)
        assert {role: replace(score, cached=True) for role, score in before.scores.items()} == after.scores


def test_a_role_that_is_new_is_scored_and_no_other(library: Path, rules):
    _run(library, rules, _known(2), Role.QUALITY)
    missing, board = _run(library, rules, _known(3), Role.QUALITY, Role.AESTHETIC)
    assert missing == {0: {Role.AESTHETIC}, 1: {Role.AESTHETIC}, 2: {Role.QUALITY, Role.AESTHETIC}}
    assert _by_role(board)[Role.QUALITY][1:] == (1, 2, 0)


def test_a_photo_that_lacks_its_sketch_alone_is_decoded_and_scored_by_nobody(library: Path, rules):
    _run(library, rules, _known(2), Role.QUALITY)
    with closing(sqlite3.connect(library)) as other, other:
        other.execute("DELETE FROM sketches WHERE identity = 'id1'")
    known = _known(2)
    missing, board = _run(library, rules, known, Role.QUALITY)
    assert missing == {1: set()} and known.candidates[1].sketch is not None
    assert _by_role(board)[Role.QUALITY] == (ModelState.ACTIVE, 0, 2, 0)


def test_a_photo_that_cannot_be_read_is_remembered_as_nothing(library: Path, rules):
    known = _known(2)
    scoring, board = _scoring(Brightness(Role.QUALITY))
    with closing(Remembering(library, rules, Telemetry())) as remembering:
        missing = remembering.recall(known, scoring.keys, board)
        frames = [Frame(photo(0), None, None, PhotoError(Path("a.jpg"), "is empty")), _frame(1, 51)]
        remembering.keep(known, frames, scoring.score(frames, missing, CancelToken()), scoring.keys)
        assert not remembering.notes()
    assert _run(library, rules, _known(2), Role.QUALITY)[0] == {0: {Role.QUALITY}}


def test_portrait_rules_apply_to_scores_of_earlier_runs(library: Path, rules):
    first, second = _known(1), _known(1)
    _run(library, rules, first, Role.PORTRAIT)
    changed = rules.model_copy(update={"prefer_smiling": True, "smile_importance": 1.0})
    _run(library, changed, second, Role.PORTRAIT)
    values = [known.candidates[0].scores[Role.PORTRAIT].value for known in (first, second)]
    assert values == [portrait_value(FACES, rules), portrait_value(FACES, changed)]
    assert values[0] != values[1]


def test_scores_that_cannot_be_kept_are_right_and_it_is_said(library: Path, rules):
    known = _known(1)
    scoring, board = _scoring(Brightness(Role.QUALITY))
    with closing(Remembering(library, rules, Telemetry())) as remembering:
        missing = remembering.recall(known, scoring.keys, board)
        with closing(sqlite3.connect(library)) as other, other:
            other.execute("DROP TABLE scores")
        frames = [_frame(0, 51)]
        new = scoring.score(frames, missing, CancelToken())
        remembering.keep(known, frames, new, scoring.keys)
        (note,) = remembering.notes()
    assert note.endswith("The result is right, but the next run has to score again.")
    assert set(known.candidates[0].scores) == {Role.QUALITY}
