"""Gets the models of a line-up ready for this machine once, so that later runs start fast."""

from __future__ import annotations

import logging

from engine.errors import ModelError
from engine.models.registry import Lineup

log = logging.getLogger(__name__)


def prepare(lineup: Lineup) -> list[str]:
    """Load each model once: networks are converted for the fastest runtime and kept. Return what failed."""
    failures: list[str] = []
    for role, scorer in lineup.scorers.items():
        try:
            scorer.load()
        except ModelError as error:
            failures.append(f"{role}: {error}")
        finally:
            scorer.close()
    for failure in failures:
        log.error("Not ready: %s", failure)
    return failures
