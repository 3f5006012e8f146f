"""Keeps what native libraries print on stderr out of the user's terminal; it goes to the log."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)

STDERR = 2


@contextmanager
def native_noise_logged() -> Iterator[None]:
    """Collect what is written to file descriptor 2 inside the block, and log it at debug level.

    MediaPipe prints warnings there that no setting of its Python interface turns off. Does nothing where the
    process has no such descriptor (a windowed program on Windows).
    """
    try:
        saved = os.dup(STDERR)
    except OSError:
        yield
        return
    with tempfile.TemporaryFile() as noise:
        sys.stderr.flush()
        os.dup2(noise.fileno(), STDERR)
        try:
            yield
        finally:
            os.dup2(saved, STDERR)
            os.close(saved)
            noise.seek(0)
            log.debug("%s", noise.read().decode("utf-8", "replace"))
