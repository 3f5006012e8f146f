"""Gets the models of a line-up ready for this machine once, so that later runs start fast."""

from __future__ import annotations

import logging

from engine.errors import ModelError
from engine.models.registry import Lineup

log = logging.getLogger(__name__)


def prepare(lineup: Lineup) -> list[str]:
    """Load each model once: networks are converted for the fastest runtime and kept. Return what failed."""
    failures: list[str] = []
    models = [*lineup.scorers.values(), *([lineup.comparator] if lineup.comparator else [])]
    for model in models:
        try:
            model.load()
        except ModelError as error:
            failures.append(f"{model.info.role}: {error}")
        finally:
            model.close()
    for failure in failures:
        log.error("Not ready: %s", failure)
    return failures
