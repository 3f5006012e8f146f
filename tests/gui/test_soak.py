"""The soak: it counts what it does, sees what is lost, and presses nothing that could do harm."""

from __future__ import annotations

import json
import logging
import random
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from engine import pipeline
from engine.cli.parser import parse
from engine.errors import EXIT_NOTHING_DONE, EXIT_OK
from engine.library.decisions import DecisionStore
from engine.paths import DataDir
from engine.settings import Settings
from engine.stages import inspecting
from engine.types import Decision, Label, Marks
from gui.command_table import Place
from gui.soak import command, walk, watch
from gui.soak.keys import FORBIDDEN, in_a_dialog, pushes_buttons, random_press
from gui.soak.ledger import Ledger

ALBUM, OTHER = Path("/one"), Path("/other")
FILES = {"a.jpg": ALBUM / "a.jpg", "b.jpg": ALBUM / "b.jpg"}


@pytest.fixture
def ledger() -> Ledger:
    contents = {ALBUM / "a.jpg": "A", ALBUM / "b.jpg": "B", OTHER / "a.jpg": "A", OTHER / "z.jpg": "B"}
    return Ledger(contents)


def shown(ledger: Ledger) -> dict[str, tuple[Marks, Path]]:
    return {name: (marks, FILES[name]) for name, marks in ledger.expected(ALBUM, FILES).items()}


def test_the_ledger_follows_changes_undo_and_redo(ledger: Ledger):
    ledger.change(ALBUM, {"a.jpg": {"decision": Decision.ACCEPT}}, shown(ledger))
    ledger.change(ALBUM, {"a.jpg": {"stars": 3}, "b.jpg": {"stars": 3}}, shown(ledger))
    ledger.change(ALBUM, {"a.jpg": {"stars": 3}}, shown(ledger))  # looks so already: no step
    assert ledger.expected(ALBUM, FILES) == {"a.jpg": Marks(Decision.ACCEPT, 3), "b.jpg": Marks(stars=3)}
    ledger.undo(ALBUM)
    assert ledger.expected(ALBUM, FILES) == {"a.jpg": Marks(Decision.ACCEPT), "b.jpg": Marks()}
    ledger.undo(ALBUM)
    ledger.undo(ALBUM)  # there is nothing left to undo
    ledger.redo(ALBUM)
    assert ledger.expected(ALBUM, FILES)["a.jpg"] == Marks(Decision.ACCEPT)
    ledger.change(ALBUM, {"b.jpg": {"label": Label.RED}}, shown(ledger))
    ledger.redo(ALBUM)  # what was undone before another change is gone
    assert ledger.expected(ALBUM, FILES)["a.jpg"].stars == 0
    assert ledger.decisions == 4


def test_groups_made_by_hand_are_known_by_their_photos_whatever_they_are_called(ledger: Ledger):
    ledger.change(ALBUM, {"a.jpg": {"own_group": "ours"}, "b.jpg": {"own_group": "ours"}}, shown(ledger))
    together = {name: (Marks(own_group="x"), file) for name, file in FILES.items()}
    ledger.compare_shown(ALBUM, together, "together")
    assert not ledger.lost
    ledger.compare_shown(ALBUM, {**together, "b.jpg": (Marks(own_group="y"), FILES["b.jpg"])}, "apart")
    assert [each.split(": ")[0] for each in ledger.lost] == ["apart"]
    ledger.undo(ALBUM)
    assert ledger.expected(ALBUM, FILES) == {"a.jpg": Marks(), "b.jpg": Marks()}


def test_groups_and_picks_made_by_hand_have_to_be_shown(ledger: Ledger):
    ledger.change(ALBUM, {"a.jpg": {"own_group": "one", "own_pick": True}}, shown(ledger))
    ledger.change(ALBUM, {"b.jpg": {"own_group": "two"}}, shown(ledger))
    ledger.compare_groups(ALBUM, {"a.jpg": (0, True), "b.jpg": (1, False)}, "fine")
    assert not ledger.lost
    ledger.compare_groups(ALBUM, {"a.jpg": (0, False), "b.jpg": (0, True)}, "wrong")
    assert [("picked by hand" in each, "as one" in each) for each in ledger.lost] == [
        (True, False),
        (False, True),
    ]
    ledger.change(ALBUM, {"b.jpg": {"own_group": "one"}}, shown(ledger))
    ledger.compare_groups(ALBUM, {"a.jpg": (0, True), "b.jpg": (1, False)}, "torn")
    assert "in 2 groups" in ledger.lost[-1]


def test_the_ledger_knows_the_same_photo_in_another_album(ledger: Ledger):
    ledger.change(ALBUM, {"a.jpg": {"stars": 2}, "b.jpg": {"stars": 4}}, shown(ledger))
    found = ledger.expected(OTHER, {"a.jpg": OTHER / "a.jpg", "z.jpg": OTHER / "z.jpg"})
    assert found == {"a.jpg": Marks(stars=2), "z.jpg": Marks(stars=4)}, "of this name, and renamed"


def test_the_ledger_tells_what_is_lost_on_the_screen_and_on_disk(ledger: Ledger, tmp_path: Path):
    ledger.change(ALBUM, {"a.jpg": {"decision": Decision.REJECT}}, shown(ledger))
    ledger.compare_stored(tmp_path / "none.sqlite3", "at the end")
    wrong = {"a.jpg": (Marks(Decision.ACCEPT), FILES["a.jpg"]), "b.jpg": (Marks(), FILES["b.jpg"])}
    ledger.compare_shown(ALBUM, wrong, "in the grid")
    assert [each.split(": ")[0] for each in ledger.lost] == ["at the end", "in the grid"]


def test_no_key_exports_moves_deletes_or_opens_a_dialog_of_the_system():
    chance = random.Random(1)
    pressed = {random_press(chance, place).command for place in Place for _ in range(4000)}
    assert not pressed & FORBIDDEN
    assert len(pressed) > 60, "nearly every other command is reached"
    assert not any(pushes_buttons(in_a_dialog(chance)) for _ in range(200))
    assert any(in_a_dialog(chance).key == Qt.Key.Key_Escape for _ in range(50))


@pytest.fixture
def hasty(monkeypatch) -> None:
    monkeypatch.setattr(walk, "ALBUM_S", 1.0)
    monkeypatch.setattr(walk, "WINDOW_S", 2.0)
    monkeypatch.setattr(walk, "TEMPOS", ((2, 8),) * 4)
    monkeypatch.setattr(walk, "SIZES", ((900, 600),))
    loggers = [logging.getLogger(name) for name in ("engine", "gui")]
    before = [(each.handlers, each.propagate, each.level) for each in loggers]
    yield
    for each, (handlers, propagate, level) in zip(loggers, before, strict=True):
        each.handlers, each.propagate = handlers, propagate
        each.setLevel(level)


def test_a_short_walk_loses_nothing(hasty, small_album: Path, data_dir: DataDir, tmp_path: Path, capsys):
    file = tmp_path / "soak.json"
    words = ["--data-dir", str(data_dir.root), "benchmark", "soak", str(small_album), "--minutes", "0.15"]
    code = command.run_from_command_line(parse([*words, "--seed", "5", "--json", str(file)]))
    figures = json.loads(file.read_text(encoding="utf-8"))
    assert code == EXIT_OK, capsys.readouterr().err
    assert figures["keys"] > 100
    assert figures["decisions"] > 10
    assert figures["windows_made"] > 1
    assert figures["albums_opened"] > figures["windows_made"]
    assert figures["memory"]["end_mb"] > 50
    assert len(figures["memory_after_each_window_mb"]) == figures["windows_made"]
    assert figures["longest_stall_ms"] > 0
    assert not data_dir.library.exists(), "decisions went to a library of the soak's own"


def test_a_decision_that_is_not_written_is_found(
    hasty, small_album: Path, settings: Settings, data_dir: DataDir, monkeypatch
):
    def forgetful(self, album, changes, before):
        return {key.photo_id: change.on(before[key]) for key, change in changes.items()}

    monkeypatch.setattr(DecisionStore, "_write", forgetful)
    figures = command.soak([small_album], settings, data_dir, 0.1, seed=2)
    assert figures["lost"]
    assert not command.is_clean(figures)


def test_a_decision_that_is_written_wrong_is_found(
    hasty, small_album: Path, settings: Settings, data_dir: DataDir, monkeypatch
):
    write = DecisionStore._write

    def generous(self, album, changes, before):
        return write(self, album, {k: replace(c, stars=5) for k, c in changes.items()}, before)

    monkeypatch.setattr(DecisionStore, "_write", generous)
    figures = command.soak([small_album], settings, data_dir, 0.1, seed=2)
    assert any("5*" in each for each in figures["lost"])


def test_a_photo_that_is_never_read_is_found(
    hasty, small_album: Path, settings: Settings, data_dir: DataDir, monkeypatch
):
    real = inspecting.inspect_all
    monkeypatch.setattr(pipeline, "inspect_all", lambda photos, *more: real(photos[1:], *more))
    figures = command.soak([small_album], settings, data_dir, 0.05, seed=2)
    assert any("IMG_0001.JPG was not read" in each for each in figures["lost"])


def test_an_album_without_photos_is_said_in_words(data_dir: DataDir, tmp_path: Path, capsys):
    words = ["--data-dir", str(data_dir.root), "benchmark", "soak", str(tmp_path)]
    assert command.run_from_command_line(parse(words)) == EXIT_NOTHING_DONE
    assert "no photos" in capsys.readouterr().err


def test_a_leak_is_told_from_what_an_open_window_holds(qapp, monkeypatch):
    monkeypatch.setattr(watch, "WARM_UP_S", 300.0)
    pulse = watch.Pulse()
    for minute in range(0, 61, 2):
        held = 400 if minute % 4 else 0
        pulse.memory.append((60.0 * minute, 500.0 + held))
        if minute % 10 == 0:
            pulse.settled.append((60.0 * minute, 300.0 + minute))
    figures = pulse.memory_figures()
    assert figures["mb_per_hour_between_windows"] == pytest.approx(60.0)
    pulse.settled.clear()
    assert pulse.memory_figures()["mb_per_hour_between_windows"] is None


def test_between_windows_what_is_free_is_given_back(qapp, monkeypatch):
    asked: list[bool] = []
    monkeypatch.setattr(watch, "give_back_free_memory", lambda: asked.append(True))
    pulse = watch.Pulse()
    pulse.settle()
    pulse.stop()
    assert asked and pulse.settled == pulse.memory[:1]
