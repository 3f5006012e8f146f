"""What each command does: the function behind each id of the command table."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engine.library.marks import MOST_STARS
from engine.types import Label, Role
from gui.actions import Handler
from gui.compare import Compare
from gui.criteria import Filter
from gui.grouping import Grouping
from gui.loupe import Loupe, Overlay
from gui.ordering import SortBy
from gui.pair import LEFT, RIGHT
from gui.survey import Survey

LABELS = tuple(each for each in Label if each is not Label.NONE)

if TYPE_CHECKING:
    from gui.main_window import MainWindow


def handlers_of(window: MainWindow) -> dict[str, Handler]:
    """Return the handler of every command that is no widget's own."""
    return {
        **_album(window),
        **_review(window),
        **{f"rate.{stars}": partial(window.review.rate, stars) for stars in range(MOST_STARS + 1)},
        **{f"label.{each.value}": partial(window.review.label, each) for each in LABELS},
        **_groups(window.grouping),
        **_moves(window),
        **_views(window),
        **_loupe(window.loupe, window),
        **_compare(window.views.compare, window),
        **_survey(window.views.survey, window),
        **{f"filter.{each.value}": partial(window.choosing.toggle, each) for each in Filter},
        **{f"sort.{each.value}": partial(window.choosing.sort_by, each) for each in SortBy},
        "sort.reverse": window.choosing.reverse,
        "sort.groups": window.choosing.toggle_groups,
        "filter.search": window.search,
        "filter.details": window.toggle_details,
        **{name: partial(window.panels.toggle, name) for name in window.panels.names},
        **{f"model.{role}": partial(window.switching.toggle, role) for role in Role},
        "help.keys": window.show_keys,
        "help.messages": window.show_messages,
    }


def _album(window: MainWindow) -> dict[str, Handler]:
    return {
        "album.open": window.ask_for_album,
        "album.again": window.run.again,
        "album.cancel": window.run.stop,
        "album.export": window.hand_off.export,
        "album.take_out": window.hand_off.take_out_rejected,
        "album.sidecars": window.hand_off.show_sidecars,
        "album.quit": window.quit,
    }


def _review(window: MainWindow) -> dict[str, Handler]:
    review = window.review
    return {
        "review.accept": review.accept,
        "review.reject": review.reject,
        "review.clear": review.clear,
        "review.keep_one": review.keep_one,
        "review.undo": review.undo,
        "review.redo": review.redo,
        "review.advance": window.toggle_advance,
    }


def _groups(grouping: Grouping) -> dict[str, Handler]:
    return {
        "group.pick": grouping.pick,
        "group.split": grouping.split,
        "group.merge": grouping.merge,
        "grid.fold": grouping.fold,
        "grid.fold_all": grouping.fold_all,
    }


def _moves(window: MainWindow) -> dict[str, Handler]:
    review = window.review
    return {
        "go.next_group": review.next_group,
        "go.previous_group": review.previous_group,
        "go.next_undecided": review.next_undecided,
        "loupe.next": review.next_photo,
        "loupe.previous": review.previous_photo,
        "loupe.next_group": review.next_group,
        "loupe.previous_group": review.previous_group,
        "loupe.first": review.first_photo,
        "loupe.last": review.last_photo,
    }


def _views(window: MainWindow) -> dict[str, Handler]:
    return {
        "view.loupe": window.show_loupe,
        "view.grid": window.show_grid,
        "view.compare": window.views.show_compare,
        "view.survey": window.views.show_survey,
        "view.larger": partial(window.resize_thumbnails, +1),
        "view.smaller": partial(window.resize_thumbnails, -1),
        "view.theme": window.appearance.switch,
        "view.full_screen": window.toggle_full_screen,
    }


def _loupe(loupe: Loupe, window: MainWindow) -> dict[str, Handler]:
    return {
        "loupe.leave": window.show_grid,
        "loupe.zoom": loupe.toggle_zoom,
        "loupe.clipping": partial(loupe.toggle_overlay, Overlay.CLIPPING),
        "loupe.peaking": partial(loupe.toggle_overlay, Overlay.PEAKING),
        "loupe.histogram": loupe.toggle_histogram,
        "loupe.faces": loupe.toggle_faces,
        "loupe.next_face": partial(loupe.step_face, +1),
        "loupe.previous_face": partial(loupe.step_face, -1),
    }


def _compare(compare: Compare, window: MainWindow) -> dict[str, Handler]:
    return {
        "compare.keep_left": partial(compare.keep, LEFT),
        "compare.keep_right": partial(compare.keep, RIGHT),
        "compare.next": partial(compare.step, +1),
        "compare.previous": partial(compare.step, -1),
        "compare.next_group": window.review.next_group,
        "compare.previous_group": window.review.previous_group,
        "compare.switch": compare.switch,
        "compare.swap": compare.swap,
        "compare.zoom": compare.toggle_zoom,
        "compare.together": compare.toggle_together,
        "compare.align": compare.toggle_aligned,
        "compare.leave": window.show_grid,
    }


def _survey(survey: Survey, window: MainWindow) -> dict[str, Handler]:
    return {
        "survey.next": partial(survey.step, +1),
        "survey.previous": partial(survey.step, -1),
        "survey.down": partial(survey.step_line, +1),
        "survey.up": partial(survey.step_line, -1),
        "survey.next_group": window.review.next_group,
        "survey.previous_group": window.review.previous_group,
        "survey.leave": window.show_grid,
    }
