"""Remembers what self-tests found, so that a warning stands at the model's name at every later start."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from engine.checking.knowledge import Polarity, Verdict
from engine.checking.report import (
    CheckReport,
    as_json,
    check_key,
    remembered_polarity,
    remembered_verdict,
    warning_at_name,
)
from engine.errors import LibraryError
from engine.library.checks import read_check, write_check
from engine.types import ModelStatus

log = logging.getLogger(__name__)


def remember(library: Path, report: CheckReport) -> str | None:
    """Store a report; return why it could not be stored, if so. Rules have no hash and are not stored."""
    if report.sha256 is None:
        return None
    try:
        write_check(library, report.sha256, check_key(report.version), as_json(report))
    except LibraryError as error:
        log.warning("%s", error)
        return str(error)
    return None


def known_verdict(library: Path, sha256: str, version: str) -> Verdict | None:
    """Return what the last self-test of that very file said; None when there was none.

    A library that cannot be read is told in the log only: whoever needs it for more will say so.
    """
    try:
        return remembered_verdict(read_check(library, sha256, check_key(version)))
    except LibraryError as error:
        log.warning("%s", error)
        return None


def known_polarity(library: Path, sha256: str, version: str) -> Polarity | None:
    """Return the polarity that was measured for that very file; None when none was."""
    try:
        return remembered_polarity(read_check(library, sha256, check_key(version)))
    except LibraryError as error:
        log.warning("%s", error)
        return None


def with_warning(status: ModelStatus, library: Path, version: str) -> ModelStatus:
    """Return the status with the remembered verdict at its name, when that is a warning."""
    if status.sha256 is None:
        return status
    verdict = known_verdict(library, status.sha256, version)
    return status if verdict is None else replace(status, warning=warning_at_name(verdict))
