"""Measures which photo a comparator's class 1 calls better. The file does not tell; known pairs do."""

from __future__ import annotations

import logging
from pathlib import Path

from engine.checking.knowledge import Polarity, judge
from engine.checking.known_pairs import known_photos
from engine.checking.memory import known_polarity, remember
from engine.checking.questions import RawComparator, Stopped, ask_comparator
from engine.checking.report import report_of_answers
from engine.errors import ModelError, NothingToDoError
from engine.events import CancelToken
from engine.scoring.base import ModelInfo

log = logging.getLogger(__name__)


def measured_polarity(
    library: Path, info: ModelInfo, comparator: RawComparator, cancel: CancelToken | None = None
) -> Polarity:
    """Return what was measured for this file before, or measure it now (some seconds) and remember it.

    `info` names the file by hash and version; `comparator` is loaded. UNKNOWN is an answer too: the file is
    no better than chance on known pairs, or there are no photos to ask it about. Nobody may guess then.
    Raises ModelError when the comparator fails, and when it was cancelled: the next run measures it then.
    """
    assert info.sha256 is not None
    remembered = known_polarity(library, info.sha256, info.version)
    if remembered is not None:
        return remembered
    try:
        known = known_photos()
    except NothingToDoError as error:
        log.warning("The polarity of %s cannot be measured. %s", info.name, error)
        return Polarity.UNKNOWN
    try:
        knowledge = judge(ask_comparator(comparator, known.photos, cancel=cancel))
    except Stopped as error:
        raise ModelError(f"It was not measured what class 1 of {info.name} means: it was stopped.") from error
    remember(library, report_of_answers(info, known, knowledge))
    polarity = knowledge.polarity or Polarity.UNKNOWN
    log.info("Polarity of %s [%s], measured: %s", info.name, info.sha256, polarity.value)
    return polarity
