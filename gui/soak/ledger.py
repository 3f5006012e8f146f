"""What the library ought to hold: kept beside the window from the keys alone, and compared with it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.types import Decision, Label, Marks
from gui.soak.group_names import GroupNames

Fields = Mapping[str, Any]  # marks by the name of their field in Marks
Change = Mapping[str, Fields]  # by the photo's name
MOST_TOLD = 50


@dataclass(frozen=True, slots=True)
class Kept:
    """Marks of one photo in one album, and when they were given."""

    marks: Marks
    content: str
    at: int


@dataclass(frozen=True, slots=True)
class Step:
    """One change with the values it replaced."""

    before: Change
    after: Change


@dataclass
class History:
    """The steps of one album, and those that were undone, the last one at the end."""

    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)


class Ledger:
    """The marks of all albums. `contents` are the hashes of the albums' files by their path."""

    def __init__(self, contents: Mapping[Path, str]) -> None:
        self._contents = contents
        self._kept: dict[tuple[Path, str], Kept] = {}
        self._histories: dict[Path, History] = {}
        self._group_names = GroupNames()
        self._clock = 0
        self.decisions = self.regroupings = 0
        self.lost: list[str] = []

    # -- what the photographer does

    def change(self, album: Path, change: Change, shown: Mapping[str, tuple[Marks, Path]]) -> None:
        """Take down a change of marks. `shown` are the marks on the screen before, and the photos' files.

        Marks that look as wanted already are no change: no key would tell.
        """
        after = {name: f for name, f in change.items() if replace(shown[name][0], **f) != shown[name][0]}
        if not after:
            return
        before: dict[str, Fields] = {}
        for name, fields in after.items():
            marks, file = shown[name]
            own = self._kept.get((album, name))
            base = own.marks if own else self._group_names.in_our_words(marks)
            before[name] = {each: getattr(base, each) for each in fields}
            self._keep(album, name, replace(base, **fields), self._contents[file])
        history = self._histories.setdefault(album, History())
        history.done.append(Step(before, after))
        history.undone.clear()
        self.decisions += len(after)
        self.regroupings += any("own_group" in fields or "own_pick" in fields for fields in after.values())

    def undo(self, album: Path) -> None:
        history = self._histories.setdefault(album, History())
        if history.done:
            step = history.done.pop()
            history.undone.append(step)
            self._set(album, step.before)

    def redo(self, album: Path) -> None:
        history = self._histories.setdefault(album, History())
        if history.undone:
            step = history.undone.pop()
            history.done.append(step)
            self._set(album, step.after)

    def _set(self, album: Path, change: Change) -> None:
        for name, fields in change.items():
            own = self._kept[(album, name)]
            self._keep(album, name, replace(own.marks, **fields), own.content)

    def _keep(self, album: Path, name: str, marks: Marks, content: str) -> None:
        self._clock += 1
        self._kept[(album, name)] = Kept(marks, content, self._clock)

    # -- what there is

    def expected(self, album: Path, files: Mapping[str, Path]) -> dict[str, Marks]:
        """Return the marks that an album has to show, by name; `files` are its photos.

        A photo without marks of its own has those of the same photo in another album: of that name, else of
        a name that this album does not have or whose photo is alone here.
        """
        contents = {name: self._contents[file] for name, file in files.items()}
        copies = Counter(contents.values())
        others: dict[str, list[tuple[str, Kept]]] = {}
        for (_, name), kept in self._kept.items():
            others.setdefault(kept.content, []).append((name, kept))
        found = {}
        for name, content in contents.items():
            own = self._kept.get((album, name))
            twins = [] if own else _twins(others.get(content, []), name, copies[content] == 1, contents)
            best = own or max(twins, key=lambda kept: kept.at, default=None)
            found[name] = best.marks if best else Marks()
        return found

    def compare_shown(self, album: Path, shown: Mapping[str, tuple[Marks, Path]], when: str) -> None:
        """Note every photo that shows other marks than it should."""
        expected = self.expected(album, {name: file for name, (_, file) in shown.items()})
        for name, (marks, file) in shown.items():
            if not self._group_names.same(expected[name], marks):
                self._lose(f"{when}: {album.name}/{name} shows {_words(marks)}, not {_words(expected[name])}")
                self._keep(album, name, self._group_names.in_our_words(marks), self._contents[file])

    def compare_groups(self, album: Path, shown: Mapping[str, tuple[int, bool]], when: str) -> None:
        """Note groups and picks made by hand that are not shown as such.

        `shown` are the number of the group and whether it is a pick, by name; what has no group is left out.
        """
        seen: dict[str, set[int]] = {}
        for (where, name), kept in self._kept.items():
            if where != album or name not in shown:
                continue
            group, is_pick = shown[name]
            if kept.marks.own_pick and not is_pick:
                self._lose(f"{when}: {album.name}/{name} is picked by hand and not shown as a pick")
            if kept.marks.own_group:
                seen.setdefault(kept.marks.own_group, set()).add(group)
        for name, numbers in seen.items():
            if len(numbers) > 1:
                self._lose(f"{when}: {album.name} shows the photos of {name} in {len(numbers)} groups")
        several = [
            n for n, count in Counter(n for numbers in seen.values() for n in numbers).items() if count > 1
        ]
        for number in several:
            self._lose(f"{when}: {album.name} shows groups that are apart as one, number {number}")

    def compare_stored(self, library: Path, when: str) -> None:
        """Note every photo whose row in the library says something else."""
        stored = read_library(library) if library.exists() else {}
        for (album, name), kept in self._kept.items():
            marks = stored.pop((str(album), name), Marks())
            if not self._group_names.same(kept.marks, marks):
                self._lose(
                    f"{when}: {album.name}/{name} is {_words(marks)} on disk, not {_words(kept.marks)}"
                )
        for (album, name), marks in stored.items():
            if marks != Marks():
                self._lose(f"{when}: {album}/{name} is {_words(marks)} on disk, and nobody said so")

    def note_unread(self, names: Collection[str], when: str) -> None:
        """Note photos that were not read, and so show no marks, though nobody stopped the run."""
        for name in names:
            self._lose(f"{when}: {name} was not read")

    def missed(self, key: str, where: str) -> None:
        """Note a key that should have decided something and did nothing."""
        self._lose(f"{key} did nothing in {where}")

    def _lose(self, text: str) -> None:
        if len(self.lost) < MOST_TOLD:
            self.lost.append(text)


def _twins(rows: Collection[tuple[str, Kept]], name: str, alone: bool, here: Collection[str]) -> list[Kept]:
    same_name = [kept for other, kept in rows if other == name]
    return same_name or [kept for other, kept in rows if alone or other not in here]


def read_library(library: Path) -> dict[tuple[str, str], Marks]:
    """Return all marks of a library by (album, name), read past the program's own code."""
    query = "SELECT album, name, decision, stars, label, own_group, own_pick FROM decisions"
    with closing(sqlite3.connect(f"file:{library}?mode=ro", uri=True)) as connection:
        rows = connection.execute(query).fetchall()
    return {
        (album, name): Marks(Decision(decision), stars, Label(label), own_group, bool(own_pick))
        for album, name, decision, stars, label, own_group, own_pick in rows
    }


def _words(marks: Marks) -> str:
    by_hand = f", group {marks.own_group or 'as found'}" + (", pick by hand" if marks.own_pick else "")
    return f"{marks.decision.value} {marks.stars}* {marks.label.value}{by_hand}"
