"""Groups, ranks and picks by what is known so far, also while a run is at work."""

from __future__ import annotations

from pathlib import Path

from engine.errors import LibraryError
from engine.library.decisions import DecisionStore
from engine.library.marks import PhotoKey
from engine.selection.difference import opinions_without, without_roles
from engine.selection.opinions import Pair
from engine.selection.picks import select
from engine.settings import Album as AlbumRules
from engine.stages.judging import Judging
from engine.stages.known_photos import KnownPhotos
from engine.switches import Regrouped, RoleSwitches
from engine.telemetry import Telemetry
from engine.types import Marks, Role, Selection


class Selecting:
    """The selections of a run. Each sees what was grouped, picked or switched by hand meanwhile."""

    def __init__(
        self,
        album: Path,
        rules: AlbumRules,
        library: Path,
        switches: RoleSwitches,
        regrouped: Regrouped,
        telemetry: Telemetry,
    ) -> None:
        self._album, self._rules, self._telemetry = album, rules, telemetry
        self._switches, self._regrouped = switches, regrouped
        self._decisions = DecisionStore(library)
        self._keys: list[PhotoKey] = []
        self._seen_off: frozenset[Role] = frozenset()  # as they were at the last selection
        self._seen_count = 0
        self._notes: list[str] = []
        self.close_pairs: list[Pair] = []  # of the last selection

    def notes(self) -> list[str]:
        """What could not be read of groups and picks made by hand."""
        return list(self._notes)

    def close(self) -> None:
        self._decisions.close()

    @property
    def outdated(self) -> bool:
        """Whether a role was switched or a group changed by hand since the last selection."""
        return self._seen_off != self._switches.off or self._seen_count != self._regrouped.count

    def select(self, known: KnownPhotos, judging: Judging) -> Selection:
        """Return groups, picks and verdicts by what is known."""
        self._seen_off = off = self._switches.off
        self._seen_count = self._regrouped.count
        with self._telemetry.stage("select"):
            self._read_own_groups(known)
            candidates = without_roles(tuple(known.candidates.values()), off)
            selection = select(candidates, self._rules, opinions_without(judging.opinions, off))
        self.close_pairs = [(verdict.a, verdict.b) for verdict in selection.verdicts]
        return selection

    def select_with_recall(self, known: KnownPhotos, judging: Judging) -> Selection:
        """The same, by verdicts of earlier runs too."""
        selection = self.select(known, judging)
        if judging.recall(self.close_pairs, known.identities):
            selection = self.select(known, judging)
        return selection

    def _read_own_groups(self, known: KnownPhotos) -> None:
        """Take over what the photographer grouped or picked by hand."""
        if not self._keys:
            self._keys = known.keys()
        try:
            own = self._decisions.own_groups(self._album, self._keys)
        except LibraryError as error:
            self._notes.append(f"{error} Groups are as they were known before.")
            return
        for photo_id, candidate in known.candidates.items():
            marks = own.get(photo_id, Marks())
            candidate.own_group, candidate.own_pick = marks.own_group, marks.own_pick
