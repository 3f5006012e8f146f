"""What the grid says where it shows no photo."""

from __future__ import annotations

import re

from gui.commands import key_of
from gui.criteria import Criteria, Filter

_NOTHING = {
    Filter.PICKS: "Nothing is suggested yet.",
    Filter.ACCEPTED: "You have accepted no photo yet. {review.accept} accepts.",
    Filter.REJECTED: "You have rejected no photo. {review.reject} rejects.",
    Filter.UNDECIDED: "Every photo is decided. {album.export} exports what you accepted.",
    Filter.FAILED: "Every photo could be read.",
    Filter.EYES_CLOSED: "No closed eyes were found.",
    Filter.SOFT: "No photo is soft.",
    Filter.CHANGED: "No pick differs. Switch a model off in the Models panel ({panel.models}) to see it.",
}
_KEY = re.compile(r"\{([a-z_.]+)\}")  # a command, in whose place its key is named


def nothing_text(criteria: Criteria, *, is_read: bool = True) -> str:
    """Return why no photo is shown; `is_read` is whether it is known of all photos what passes."""
    if not is_read:
        return "None of the photos that were read so far passes the filter."
    alone = next((text for each, text in _NOTHING.items() if criteria == Criteria().toggled(each)), None)
    if alone is not None:
        return _KEY.sub(lambda found: key_of(found[1]), alone)
    return f"No photo passes all filters: {criteria.words()}. {key_of('filter.all')} shows all."
