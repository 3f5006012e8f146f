"""Takes rejected photos out of the way: into `_rejected` of the album, or to the system trash."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path

from engine.album.scan import REJECTED_FOLDER
from engine.events import CancelToken
from engine.export.execute import execute
from engine.export.items import ExportItem, choose
from engine.export.plan import ExportOptions, ExportPlan, FileAction, How, plan_export
from engine.export.report import ExportProgress, ExportReport
from engine.export.trash import send_to_trash


class RejectTo(StrEnum):
    """Where rejected photos go."""

    FOLDER = "folder"
    TRASH = "trash"


def plan_reject(items: Sequence[ExportItem], album: Path, to: RejectTo) -> ExportPlan:
    """Plan what happens to the rejected photos among `items`, sidecars included; nothing is written.

    Raises ExportError when the folder cannot be used.
    """
    options = ExportOptions(album / REJECTED_FOLDER, How.MOVE, "{folder}/{name}")
    plan = plan_export(choose(items, "rejected"), options)
    if to is RejectTo.FOLDER:
        return plan
    actions = tuple(
        FileAction(action.source, action.source, action.bytes, False, How.MOVE, action.shot)
        for action in plan.actions
        if action.how is How.MOVE  # a sidecar that other photos share stays with them
    )
    return ExportPlan(album, actions, plan.photos, (), plan.unreadable, plan.free_bytes, How.MOVE)


def carry_out_reject(
    plan: ExportPlan,
    to: RejectTo,
    journals: Path,
    cancel: CancelToken,
    report: Callable[[ExportProgress], None] = lambda _: None,
) -> ExportReport:
    """Do what `plan_reject` planned. Raises ExportError when it cannot begin."""
    if to is RejectTo.TRASH:
        return send_to_trash(plan, journals, cancel, report)
    return execute(plan, journals, cancel, report, kind="reject")
