"""The end of the process in the middle of its work."""

from __future__ import annotations

from collections.abc import Callable


class PowerCutError(BaseException):
    """Stands for the end of the process: nothing catches it."""


class PowerCut:
    """Comes instead of the call after the first `calls` ones, and instead of each later one."""

    def __init__(self, calls: int) -> None:
        self._left = calls

    def counted(self, real: Callable[..., object]) -> Callable[..., object]:
        """Return a function that does what `real` does, until the power is cut."""

        def call(*arguments: object, **named: object) -> object:
            self._left -= 1
            if self._left < 0:
                raise PowerCutError
            return real(*arguments, **named)

        return call
