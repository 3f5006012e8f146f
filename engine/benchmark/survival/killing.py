"""Runs a function in a process of its own and kills it with SIGKILL at a random moment."""

from __future__ import annotations

import multiprocessing
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from engine.library import database

Work = Callable[..., None]  # its first argument is called with each thing that was confirmed

# A fork starts in milliseconds; the child does what a fresh start would, with the same code.
CONTEXT: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a child: whether it was killed before its end, what it confirmed, how long it took."""

    killed: bool
    confirmed: list[Any]
    seconds: float


def run_and_kill(work: Work, arguments: tuple[Any, ...], after: float | None) -> Run:
    """Run `work(confirm, *arguments)` and kill it `after` seconds; None lets it come to its end."""
    receiving, sending = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_child, args=(sending, work, arguments))
    began = time.monotonic()
    process.start()
    sending.close()
    confirmed: list[Any] = []
    while after is None or time.monotonic() - began < after:
        wait = 0.5 if after is None else max(0.0, began + after - time.monotonic())
        if not _take(receiving, confirmed, wait):
            break
    killed = process.is_alive()
    process.kill()
    process.join()
    while _take(receiving, confirmed, 0):
        pass
    receiving.close()
    ended_itself = process.exitcode == 0
    return Run(killed and not ended_itself, confirmed, time.monotonic() - began)


def _child(sending: Connection, work: Work, arguments: tuple[Any, ...]) -> None:
    database.forget_checks()
    work(sending.send, *arguments)
    sending.close()


def _take(receiving: Connection, confirmed: list[Any], wait: float) -> bool:
    """Take one confirmation if there is one; False when the other end is gone."""
    try:
        if receiving.poll(wait):
            confirmed.append(receiving.recv())
            return True
    except (EOFError, OSError):
        return False
    return wait > 0


def moments(count: int, seconds: float, seed: str, killed: Callable[[], int]) -> Iterator[float]:
    """Yield random moments within a run of `seconds`, until `killed` says `count`, or twice as many at most.

    A run that is over before its moment was not killed.
    """
    dice = random.Random(seed)
    for _ in range(2 * count):
        if killed() >= count:
            return
        yield dice.uniform(0, seconds)
