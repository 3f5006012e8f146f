"""The words of the export dialog."""

from __future__ import annotations

from pathlib import Path

from engine.export.journal import Journal, State, Step
from engine.export.plan import ExportPlan, How
from engine.types import Label
from engine.words import counted

WAYS: dict[str, str] = {
    How.COPY: "Copy",
    How.MOVE: "Move",
    How.HARD_LINK: "Hard links",
    How.SYMBOLIC_LINK: "Symbolic links",
    How.ZIP: "One zip file",
}
VERBS = {
    How.COPY: "copy",
    How.MOVE: "move",
    How.HARD_LINK: "link",
    How.SYMBOLIC_LINK: "link",
    How.ZIP: "pack",
}
BUTTONS = {
    How.COPY: "&Copy",
    How.MOVE: "&Move",
    How.HARD_LINK: "L&ink",
    How.SYMBOLIC_LINK: "L&ink",
    How.ZIP: "Pac&k",
}
_PROMISES = {
    How.COPY: "Originals are not touched; nothing is overwritten; each copy is verified.",
    How.MOVE: "Each original is removed only after its copy was verified; nothing is overwritten.",
    How.HARD_LINK: "Originals and links share their bytes: what changes one changes the other.",
    How.SYMBOLIC_LINK: "The links work as long as the originals stay where they are.",
    How.ZIP: "Originals are not touched; the zip is verified before it gets its name.",
}
LAYOUTS = {
    "All in one folder": "flat",
    "By group": "group",
    "By decision": "decision",
    "By date": "date",
    "By date and camera": "{date}/{camera}/{name}",
}
LISTS_ONLY = "Nothing: lists only"
SHOWN = "shown"  # what the window's filter lets through
WHAT = {
    "What the filter shows": SHOWN,
    "Accepted photos": "accepted",
    "Picks": "picks",
    "Undecided photos": "undecided",
    "Rejected photos": "rejected",
    "All photos": "all",
}
STARS = {"": "Any stars"} | {f"stars>={stars}": f"{counted(stars, 'star')} or more" for stars in range(1, 6)}
LABELS = {"": "Any label"} | {
    f"label={label.value}": f"Label {label.value}" for label in Label if label is not Label.NONE
}


def plan_text(plan: ExportPlan) -> str:
    """Return what an export would do."""
    files = len(plan.actions)
    parts = [
        f"{counted(plan.photos, 'photo')}, {counted(files, 'file')} to {VERBS[plan.how]}, "
        f"{plan.total_bytes / 1e6:,.1f} MB ({plan.free_bytes / 1e9:,.1f} GB free)."
    ]
    if plan.needed_bytes > plan.free_bytes:
        parts.append("That is more than there is room for: choose another folder or make room.")
    if plan.renamed:
        parts.append(f"{plan.renamed} get a new name because theirs is taken.")
    if plan.already_there:
        parts.append(f"{len(plan.already_there)} have an identical copy there already.")
    parts += left_out_text(plan)
    parts.append(_PROMISES[plan.how])
    return " ".join(parts)


def left_out_text(plan: ExportPlan) -> list[str]:
    """Return a sentence for each of the first files that are left out, and one for the rest."""
    said = [f"Left out: {path.name} ({reason})." for path, reason in plan.unreadable[:3]]
    return said + ([f"Left out: {len(plan.unreadable) - 3} more."] if len(plan.unreadable) > 3 else [])


def lists_text(photos: int, folder: Path) -> str:
    """Return what an export of lists alone would do."""
    return f"Lists of {counted(photos, 'photo')} in {folder}. Nothing is overwritten; photos are not touched."


def interrupted_text(journal: Journal) -> str:
    """Return what became of an export that did not come to its end."""
    what = {
        "export": f"An export to {journal.archive or journal.target}",
        "reject": f"Moving rejected photos to {journal.target}",
        "trash": "Moving files to the trash",
        "inside": "Writing marks into photos",
    }[journal.kind]
    count = len(journal.members)
    if journal.state is State.REVERTING:
        count = len(journal.files)
        back = sum(file.step is Step.REVERTED for file in journal.files)
        return f"{what} was being taken back when it was interrupted: {back} of {count} files are done."
    arrived = sum(file.step in (Step.PLACED, Step.REMOVED) for file in journal.members)
    if not count:
        return f"Writing lists to {journal.target} was interrupted."
    done = "done" if journal.kind == "inside" else "arrived"
    return f"{what} was interrupted: {arrived} of {count} files {done}."
