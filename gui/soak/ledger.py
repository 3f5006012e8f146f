"""What the library ought to hold: kept beside the window from the keys alone, and compared with it."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.types import Decision, Label, Marks

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
        self._clock = 0
        self.decisions = 0
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
            base = own.marks if own else marks
            before[name] = {each: getattr(base, each) for each in fields}
            self._keep(album, name, replace(base, **fields), self._contents[file])
        history = self._histories.setdefault(album, History())
        history.done.append(Step(before, after))
        history.undone.clear()
        self.decisions += len(after)

    def regroup(self, album: Path, names: Collection[str], shown: Mapping[str, tuple[Marks, Path]]) -> None:
        """Take down that photos were grouped or picked by hand: a step, but no other marks."""
        for name in names:
            marks, file = shown[name]
            own = self._kept.get((album, name))
            self._keep(album, name, own.marks if own else marks, self._contents[file])
        history = self._histories.setdefault(album, History())
        history.done.append(Step({}, {}))
        history.undone.clear()

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
            if marks != expected[name]:
                self._lose(f"{when}: {album.name}/{name} shows {_words(marks)}, not {_words(expected[name])}")
                self._keep(album, name, marks, self._contents[file])  # once is enough

    def compare_stored(self, library: Path, when: str) -> None:
        """Note every photo whose row in the library says something else."""
        stored = read_library(library) if library.exists() else {}
        for (album, name), kept in self._kept.items():
            marks = stored.pop((str(album), name), Marks())
            if marks != kept.marks:
                self._lose(
                    f"{when}: {album.name}/{name} is {_words(marks)} on disk, not {_words(kept.marks)}"
                )
        for (album, name), marks in stored.items():
            if marks != Marks():
                self._lose(f"{when}: {album}/{name} is {_words(marks)} on disk, and nobody said so")

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
    query = "SELECT album, name, decision, stars, label FROM decisions"
    with closing(sqlite3.connect(f"file:{library}?mode=ro", uri=True)) as connection:
        rows = connection.execute(query).fetchall()
    return {(album, name): Marks(Decision(d), stars, Label(label)) for album, name, d, stars, label in rows}


def last_step(library: Path, album: Path) -> tuple[int, list[str]]:
    """Return number and photos of the last step of an album's history; (0, []) where there is none."""
    if not library.exists():
        return 0, []
    query = "SELECT id, after FROM history WHERE album = ? AND undone = 0 ORDER BY id DESC LIMIT 1"
    with closing(sqlite3.connect(f"file:{library}?mode=ro", uri=True)) as connection:
        row = connection.execute(query, (str(album),)).fetchone()
    return (row[0], [change[1] for change in json.loads(row[1])]) if row else (0, [])


def _words(marks: Marks) -> str:
    return f"{marks.decision.value} {marks.stars}* {marks.label.value}"
