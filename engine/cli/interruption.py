"""Ctrl+C ends a command in good order: what is at work is told, and comes to its end by itself."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from engine.events import CancelToken


@contextmanager
def interruptible() -> Iterator[CancelToken]:
    """Give a token that Ctrl+C cancels."""
    cancel = CancelToken()
    before = signal.signal(signal.SIGINT, lambda *_: cancel.cancel())
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, before)
