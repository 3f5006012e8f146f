"""Closes models however a command ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Protocol


class Closeable(Protocol):
    """A scorer, a comparator, or a judge that holds one."""

    def close(self) -> None: ...


@contextmanager
def closing_all(models: Iterable[Closeable]) -> Iterator[None]:
    """Close every one of the models at the end, also where closing another one fails."""
    with ExitStack() as stack:
        for model in models:
            stack.callback(model.close)
        yield
