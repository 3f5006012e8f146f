"""Sends Pillow's remarks on damaged metadata to the log.

Pillow warns (module `warnings`) of every odd EXIF tag. Real albums are full of them, and they are no news to
a photographer. warnings.catch_warnings swaps state of the whole process, so it is not safe with several
decoding threads, and a filter set here would be undone by whoever resets the filters. So the two modules that
warn get a `warnings` of their own.
"""

from __future__ import annotations

import logging
from typing import Any

from PIL import PngImagePlugin, TiffImagePlugin

logger = logging.getLogger(__name__)


class _ToLog:
    @staticmethod
    def warn(message: object, category: type[Warning] = UserWarning, stacklevel: int = 1) -> None:
        logger.debug("%s", message)


def hush() -> None:
    """Make Pillow log remarks on TIFF, EXIF and PNG metadata instead of warning. May be called again."""
    modules: tuple[Any, ...] = (TiffImagePlugin, PngImagePlugin)
    for module in modules:
        module.warnings = _ToLog
    logging.getLogger("PIL").setLevel(logging.CRITICAL)
