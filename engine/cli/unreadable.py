"""Names the photos that a command could not read."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from engine.errors import EXIT_OK, EXIT_SOME_UNREADABLE
from engine.words import printable


def name_unreadable(reasons: Mapping[str, str]) -> int:
    """Print each photo with its reason to stderr; return 3, or 0 where there is none."""
    for name, reason in reasons.items():
        print(f"Could not be read: {printable(name)}: {printable(reason)}", file=sys.stderr)
    return EXIT_SOME_UNREADABLE if reasons else EXIT_OK
