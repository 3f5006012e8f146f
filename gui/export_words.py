"""The words of the export dialog."""

from __future__ import annotations

from engine.export.journal import Journal, Step
from engine.export.plan import ExportPlan, How
from engine.types import Label

WAYS = {
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
    How.HARD_LINK: "&Link",
    How.SYMBOLIC_LINK: "&Link",
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
PREVIEWED = 6  # names


def what_choices() -> dict[str, str]:
    """Return what can be exported, by what the photographer reads."""
    choices = {"Accepted photos": "accepted", "Picks": "picks"}
    choices |= {f"{stars} stars or more": f"stars>={stars}" for stars in range(5, 0, -1)}
    choices |= {f"Label {label.value}": f"label={label.value}" for label in Label if label is not Label.NONE}
    return choices | {"Undecided photos": "undecided", "Rejected photos": "rejected", "All photos": "all"}


def plan_text(plan: ExportPlan) -> str:
    """Return what an export would do."""
    files = len(plan.actions)
    parts = [
        f"{plan.photos} photo{_s(plan.photos)}, {files} file{_s(files)} to {VERBS[plan.how]}, "
        f"{plan.total_bytes / 1e6:,.1f} MB ({plan.free_bytes / 1e9:,.1f} GB free)."
    ]
    if plan.needed_bytes > plan.free_bytes:
        parts.append("That is more than there is room for: choose another folder or make room.")
    if plan.renamed:
        parts.append(f"{plan.renamed} get a new name because theirs is taken.")
    if plan.already_there:
        parts.append(f"{len(plan.already_there)} have an identical copy there already.")
    parts += [f"Left out: {path.name} ({reason})." for path, reason in plan.unreadable[:3]]
    if len(plan.unreadable) > 3:
        parts.append(f"Left out: {len(plan.unreadable) - 3} more.")
    parts.append(_PROMISES[plan.how])
    return " ".join(parts)


def preview_text(plan: ExportPlan) -> str:
    """Return the first names in the target, one a line."""
    root = plan.archive or plan.target
    lines = [str(action.target.relative_to(root)) for action in plan.actions[:PREVIEWED]]
    if len(plan.actions) > PREVIEWED:
        lines.append(f"… and {len(plan.actions) - PREVIEWED} more")
    return "\n".join("".join(c if c.isprintable() else "\ufffd" for c in line) for line in lines)


def interrupted_text(journal: Journal) -> str:
    """Return what became of an export that did not come to its end."""
    arrived = sum(file.step in (Step.PLACED, Step.REMOVED) for file in journal.files)
    where = journal.archive or journal.target
    return f"An export to {where} was interrupted: {arrived} of {len(journal.files)} files arrived."


def _s(count: int) -> str:
    return "" if count == 1 else "s"
