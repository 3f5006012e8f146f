"""Standard streams that can be relied on, whoever started the program and whoever reads what it prints."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Output(io.FileIO):
    """Output that goes on when nobody reads it any more, and remembers why it could not be written."""

    failure: OSError | None = None

    def write(self, data: ReadableBuffer, /) -> int:
        if self.failure is None:
            try:
                return super().write(data)
            except OSError as error:
                self.failure = error
        return memoryview(data).nbytes


_outputs: list[_Output] = []


def settle_streams() -> None:
    """Make standard input, output and error usable.

    A stream that was closed (`>&-`) leads nowhere: otherwise the next file that is opened, perhaps the
    library, would take its number. Where the reader of a pipe goes away (`| head -1`) the work goes on and
    the exit code is that of the work. Names that are no Unicode are printed as escapes.
    """
    for number in range(3):
        _open_if_closed(number)
    sys.stdout = _settled(sys.stdout, 1)
    sys.stderr = _settled(sys.stderr, 2)


def output_trouble() -> str:
    """Return why not all of the output could be written, such as a full disk; nothing if it was.

    That a reader did not want all of it is no trouble.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    failures = (output.failure for output in _outputs)
    reasons = [error.strerror for error in failures if error and not isinstance(error, BrokenPipeError)]
    return f"Not all of the output could be written: {reasons[0]}." if reasons else ""


def _open_if_closed(number: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free


def _settled(stream: TextIO | None, number: int) -> TextIO:
    if stream is None:  # it was closed
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - as long as the program runs
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    if stream.isatty():  # on Windows a terminal is no file
        stream.reconfigure(errors="backslashreplace")
        return stream
    output = _Output(number, "w", closefd=False)
    _outputs.append(output)
    return io.TextIOWrapper(
        io.BufferedWriter(output), stream.encoding, "backslashreplace", line_buffering=number == 2
    )
