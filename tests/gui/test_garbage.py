"""Cyclic garbage may hold Qt objects: it is collected on the GUI thread only."""

import gc
import threading

from engine.models.torch_runner import release_memory
from gui.main_window import MainWindow


def test_no_automatic_collection_while_a_window_lives(make_window):
    window: MainWindow = make_window()
    assert not gc.isenabled()
    window.close()
    assert gc.isenabled()


def test_the_engine_collects_no_garbage_on_its_thread():
    collected_on: list[int] = []

    def note(phase: str, _info: dict) -> None:
        collected_on.append(threading.get_ident())

    gc.callbacks.append(note)
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        worker = threading.Thread(target=release_memory)
        worker.start()
        worker.join()
    finally:
        gc.callbacks.remove(note)
        if was_enabled:
            gc.enable()
    assert worker.ident not in collected_on


def test_young_garbage_is_collected_by_the_window(qtbot, make_window):
    window: MainWindow = make_window()
    turns: list[int] = []

    def note(phase: str, info: dict) -> None:
        turns.append(info["generation"])

    gc.callbacks.append(note)
    try:
        qtbot.waitUntil(lambda: 1 in turns, timeout=5000)
    finally:
        gc.callbacks.remove(note)
    window.close()
