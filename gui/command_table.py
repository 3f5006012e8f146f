"""The table of commands itself: by category, one row per command. `gui/commands.py` makes sense of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Place(StrEnum):
    """Where a key counts. A key of ANYWHERE may not be used again elsewhere."""

    ANYWHERE = "anywhere"
    GRID = "grid"
    LOUPE = "large view"
    COMPARE = "compare"
    SURVEY = "survey"


@dataclass(frozen=True, slots=True)
class Command:
    """Something the photographer can ask for. `keys` are Qt key names; the first is shown in menus."""

    id: str
    title: str
    keys: tuple[str, ...]
    category: str
    help: str
    place: Place = Place.ANYWHERE
    native: bool = False  # the view itself handles the key; listed here so that it is documented and unique
    checkable: bool = False


_GRID = {"place": Place.GRID, "native": True}
_FOLD = {"place": Place.GRID}
_LOUPE = {"place": Place.LOUPE}
_LOUPE_SWITCH = {"place": Place.LOUPE, "checkable": True}
_COMPARE = {"place": Place.COMPARE}
_COMPARE_SWITCH = {"place": Place.COMPARE, "checkable": True}
_SURVEY = {"place": Place.SURVEY}
_SWITCH = {"checkable": True}
_OUT_AND_IN = "Switch the {} off or on for now: picks are made anew, and what differs is shown"

# id, keys (separated by blanks), title, help, more
Row = tuple[str, str, str, str] | tuple[str, str, str, str, dict[str, Any]]
TABLE: dict[str, tuple[Row, ...]] = {
    "Album": (
        ("album.open", "Ctrl+O", "Open folder…", "Choose a folder of photos and cull it"),
        (
            "album.again",
            "Ctrl+R F5",
            "Read again",
            "Scan and score the album again; cached scores are reused",
        ),
        (
            "album.cancel",
            "Ctrl+.",
            "Stop culling",
            "Score no more, what was scored is kept; pressed twice, stop reading photos, too",
        ),
        ("album.export", "Ctrl+E", "Export…", "Copy, move, link or pack photos; undo the last export"),
        (
            "album.take_out",
            "Ctrl+Backspace",
            "Take rejected photos out…",
            "Move rejected photos to _rejected or to the trash, or back; deletes nothing",
        ),
        (
            "album.sidecars",
            "Ctrl+Shift+E",
            "Sidecars…",
            "Read what other programs said of the photos, and tell them what you said",
        ),
        ("album.quit", "Ctrl+Q", "Quit", "Close Framepick; decisions are already saved"),
    ),
    "Review": (
        ("review.accept", "P", "Accept", "Accept the selected photos"),
        ("review.reject", "X", "Reject", "Reject the selected photos"),
        ("review.clear", "U", "Undecide", "Take back the decision on the selected photos"),
        (
            "review.keep_one",
            "Shift+P",
            "Keep this, reject the rest",
            "Accept this, reject the rest of its group, go on; a bracket or panorama is accepted whole",
        ),
        ("review.undo", "Ctrl+Z", "Undo", "Take back the last decision and go to its photo"),
        ("review.redo", "Ctrl+Shift+Z Ctrl+Y", "Redo", "Repeat the decision that was taken back"),
        ("review.advance", "A", "Auto-advance", "Go to the next photo after each decision", _SWITCH),
    ),
    "Rate": (
        ("rate.0", "0", "No stars", "Take the stars off the selected photos"),
        ("rate.1", "1", "1 star", "Give the selected photos one star"),
        ("rate.2", "2", "2 stars", "Give the selected photos two stars"),
        ("rate.3", "3", "3 stars", "Give the selected photos three stars"),
        ("rate.4", "4", "4 stars", "Give the selected photos four stars"),
        ("rate.5", "5", "5 stars", "Give the selected photos five stars"),
        ("label.red", "6", "Red", "Label the selected photos red; once more takes the label off"),
        ("label.yellow", "7", "Yellow", "Label the selected photos yellow; once more takes the label off"),
        ("label.green", "8", "Green", "Label the selected photos green; once more takes the label off"),
        ("label.blue", "9", "Blue", "Label the selected photos blue; once more takes the label off"),
        ("label.purple", "", "Purple", "Label the selected photos purple; once more takes the label off"),
    ),
    "Group": (
        (
            "group.pick",
            "B",
            "Your pick",
            "Make the current photo its group's pick; once more leaves the pick to Framepick",
        ),
        (
            "group.split",
            "Ctrl+Shift+G",
            "Split",
            "Begin a new group with the current photo; several selected ones become a group of their own",
        ),
        (
            "group.merge",
            "Ctrl+G",
            "Merge",
            "One group of this and the one before, or of all that have a selected photo",
        ),
        ("grid.fold", "S", "Fold", "Fold the current group to one photo, or unfold it", _FOLD),
        ("grid.fold_all", "Shift+S", "Fold all", "Fold all groups, or unfold them", _FOLD),
    ),
    "Go": (
        ("go.next_group", "]", "Next group", "Land on the pick of the next group"),
        ("go.previous_group", "[", "Previous group", "Land on the pick of the previous group"),
        ("go.next_undecided", "J", "Next undecided", "Go to the next photo without a decision"),
        (
            "grid.arrows",
            "Left Right Up Down",
            "Move in the grid",
            "Move to the photo on that side; with Shift, extend the selection",
            _GRID,
        ),
        ("grid.page", "PgUp PgDown", "One screen up or down", "Move by one screen", _GRID),
        ("grid.ends", "Home End", "First or last photo", "Move to an end of the album", _GRID),
        ("loupe.next", "Right Space", "Next photo", "Show the next photo", _LOUPE),
        ("loupe.previous", "Left Backspace", "Previous photo", "Show the previous photo", _LOUPE),
        (
            "loupe.next_group",
            "Down PgDown",
            "Next group, its pick",
            "Show the pick of the next group",
            _LOUPE,
        ),
        (
            "loupe.previous_group",
            "Up PgUp",
            "Previous group, its pick",
            "Show the pick of the previous group",
            _LOUPE,
        ),
        ("loupe.first", "Home", "First photo", "Show the first photo", _LOUPE),
        ("loupe.last", "End", "Last photo", "Show the last photo", _LOUPE),
    ),
    "View": (
        ("view.loupe", "E Return Enter", "Large view", "Show the current photo large"),
        ("view.grid", "G", "Grid", "Show all photos"),
        (
            "view.compare",
            "C",
            "Compare",
            "Compare the current photo with its group's pick, or the two that are selected",
        ),
        ("view.survey", "N", "Survey", "Show the whole group of the current photo at once"),
        ("loupe.leave", "Esc", "Back to the grid", "Leave the large view", _LOUPE),
        (
            "loupe.zoom",
            "Z",
            "Zoom to 100%",
            "One photo pixel per screen pixel; a click zooms where it points, the wheel as far as you like",
            _LOUPE,
        ),
        ("loupe.clipping", "O", "Clipped tones", "Mark blown-out and black areas", _LOUPE_SWITCH),
        ("loupe.peaking", "Shift+O", "Focus peaking", "Mark what is in focus", _LOUPE_SWITCH),
        ("loupe.histogram", "H", "Histogram", "Show the histogram of what is seen", _LOUPE_SWITCH),
        ("loupe.faces", "T", "Faces", "Show a close-up of every face", _LOUPE_SWITCH),
        ("loupe.next_face", ".", "Next face", "Look at the next face at 100%", _LOUPE),
        ("loupe.previous_face", ",", "Previous face", "Look at the previous face at 100%", _LOUPE),
        ("view.larger", "Ctrl+= Ctrl++", "Larger thumbnails", "Make thumbnails larger"),
        ("view.smaller", "Ctrl+-", "Smaller thumbnails", "Make thumbnails smaller"),
        ("view.theme", "Ctrl+T", "Theme", "Dark, light, or as the system is: the next of the three"),
        ("view.full_screen", "F F11", "Full screen", "Fill the screen, and back", _SWITCH),
        ("grid.select_all", "Ctrl+A", "Select all", "Select every photo shown", _GRID),
    ),
    "Compare": (
        ("compare.keep_left", "K", "Keep the left one", "Accept it, reject the right, go on", _COMPARE),
        (
            "compare.keep_right",
            "L",
            "Keep the right one",
            "Accept it, reject the left, go on",
            _COMPARE,
        ),
        (
            "compare.next",
            "Right Space",
            "Next photo of the group",
            "Put it on the active side; the other side stays",
            _COMPARE,
        ),
        (
            "compare.previous",
            "Left Backspace",
            "Previous photo of the group",
            "Put it on the active side; the other side stays",
            _COMPARE,
        ),
        ("compare.next_group", "Down PgDown", "Next group", "Compare in the next group", _COMPARE),
        ("compare.previous_group", "Up PgUp", "Previous group", "Compare in the previous group", _COMPARE),
        ("compare.switch", "Tab S", "Other side", "Let the other side step and take marks", _COMPARE),
        ("compare.swap", "Shift+S", "Swap sides", "Put the left photo on the right", _COMPARE),
        (
            "compare.zoom",
            "Z",
            "Zoom both to 100%",
            "Where a face is known, both at that face, as large: then one side is below 100%",
            _COMPARE,
        ),
        (
            "compare.together",
            "Y",
            "Zoom and pan together",
            "Both sides, or each for itself; dragging with Shift moves one side alone",
            _COMPARE_SWITCH,
        ),
        (
            "compare.align",
            "V",
            "Align faces",
            "Have the same face at the same place, and at the same size whatever the focal length",
            _COMPARE_SWITCH,
        ),
        ("compare.leave", "Esc", "Back to the grid", "Leave the comparison", _COMPARE),
        ("survey.next", "Right Space", "Next photo", "Go to the next photo of the group", _SURVEY),
        ("survey.previous", "Left Backspace", "Previous photo", "Go to the previous photo", _SURVEY),
        ("survey.down", "Down", "Line down", "Go one line down, or to the next group", _SURVEY),
        ("survey.up", "Up", "Line up", "Go one line up, or to the previous group", _SURVEY),
        ("survey.next_group", "PgDown", "Next group", "Show the next group", _SURVEY),
        ("survey.previous_group", "PgUp", "Previous group", "Show the previous group", _SURVEY),
        ("survey.leave", "Esc", "Back to the grid", "Leave the survey", _SURVEY),
    ),
    "Filter": (
        ("filter.all", "Alt+1", "All photos", "Show all photos: every filter off", _SWITCH),
        ("filter.picks", "Alt+2", "Picks", "Show what Framepick suggests", _SWITCH),
        ("filter.accepted", "Alt+3", "Accepted", "Show what you accepted", _SWITCH),
        ("filter.rejected", "Alt+4", "Rejected", "Show what you rejected", _SWITCH),
        ("filter.undecided", "Alt+5", "Undecided", "Show what is still to be decided", _SWITCH),
        ("filter.failed", "Alt+6", "Failed", "Show photos that could not be read", _SWITCH),
        ("filter.eyes_closed", "Alt+7", "Eyes closed", "Show photos with closed eyes", _SWITCH),
        (
            "filter.soft",
            "Alt+8",
            "Soft",
            "Show photos that are soft, by themselves or beside the sharpest of their group",
            _SWITCH,
        ),
        (
            "filter.changed",
            "Alt+9",
            "Changed by model",
            "Show photos that are a pick with, but not without the models switched off, or the reverse",
            _SWITCH,
        ),
        ("filter.search", "Ctrl+F", "Search…", "Show photos by name, camera or lens"),
        ("filter.details", "\\", "More filters", "Show the bar of stars, colours and search", _SWITCH),
    ),
    "Sort": (
        ("sort.capture", "", "Capture time", "Sort by capture time", _SWITCH),
        ("sort.name", "", "Name", "Sort by name", _SWITCH),
        ("sort.composite", "", "Composite", "Sort by composite, the best first", _SWITCH),
        ("sort.aesthetic", "", "Aesthetic", "Sort by the aesthetic score, the best first", _SWITCH),
        ("sort.quality", "", "Quality", "Sort by the quality score, the best first", _SWITCH),
        ("sort.portrait", "", "Portrait", "Sort by the portrait score, the best first", _SWITCH),
        ("sort.rank", "", "Rank in the group", "The best of each group first", _SWITCH),
        ("sort.reverse", "Ctrl+Shift+R", "Reversed", "Turn the order round", _SWITCH),
        ("sort.groups", "Shift+G", "Keep groups together", "Keep groups together, or dissolve them", _SWITCH),
    ),
    "Panels": (
        (
            "panel.inspector",
            "I Ctrl+I",
            "Inspector",
            "Scores, reasons, faces and EXIF of the current photo",
            _SWITCH,
        ),
        ("panel.models", "M Ctrl+M", "Models", "Which models are at work, from which files", _SWITCH),
        (
            "panel.performance",
            "Shift+M",
            "Performance",
            "Where the time goes, and what each model did: runs, cache hits, failures",
            _SWITCH,
        ),
    ),
    "Models": (
        ("model.aesthetic", "Shift+F1", "Aesthetic model", _OUT_AND_IN.format("aesthetic model"), _SWITCH),
        ("model.quality", "Shift+F2", "Quality model", _OUT_AND_IN.format("quality model"), _SWITCH),
        ("model.portrait", "Shift+F3", "Portrait model", _OUT_AND_IN.format("portrait model"), _SWITCH),
        ("model.comparator", "Shift+F4", "Comparator", _OUT_AND_IN.format("comparator"), _SWITCH),
    ),
    "Help": (
        ("help.keys", "? F1", "Keyboard shortcuts", "Show this sheet"),
        ("help.messages", "Ctrl+L", "Messages", "Read again what was said"),
    ),
}
