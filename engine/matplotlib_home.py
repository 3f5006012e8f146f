"""Gives matplotlib, which MediaPipe brings along, a place for its caches, so that it complains to nobody."""

from __future__ import annotations

import logging
import os

from engine.paths import DataDir


def settle_matplotlib(data_dir: DataDir) -> None:
    """Keep its caches in the data directory, unless the user has set a place; call it before it is imported.

    Without a home that can be written it makes a folder in /tmp at every start and says so on stderr; at
    the first import it says that it builds a font cache.
    """
    if not os.environ.get("MPLCONFIGDIR"):
        folder = data_dir.root / "cache" / "matplotlib"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return  # the data directory cannot be written: that is told where it matters
        os.environ["MPLCONFIGDIR"] = str(folder)
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
