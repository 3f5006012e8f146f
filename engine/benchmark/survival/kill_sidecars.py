"""Killed while sidecars are written: each is the old one or the new one, and the next write ends it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.album.scan import scan
from engine.benchmark.survival.figures import Tally
from engine.benchmark.survival.killing import moments, run_and_kill
from engine.benchmark.survival.marks import TARGETS, marks_of
from engine.benchmark.survival.originals import State, state_of
from engine.sidecars.album import AlbumSidecars
from engine.sidecars.files import PART_PREFIX, PART_SUFFIX, STALE
from engine.sidecars.merge import Prefer
from engine.sidecars.naming import SIDECAR_SUFFIX, Naming

_FOREIGN = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Other 7.0">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" xmp:Rating="2" crs:Exposure2012="+0.NUMBER"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""


def kill_while_writing_sidecars(photos: Path, work: Path, count: int, tally: Tally) -> None:
    """Kill `count` writes of sidecars; every second photo has one of another program's before."""
    album = work / "album"
    shutil.copytree(photos, album)
    for number, photo in enumerate(scan(album)):
        if number % 2:
            photo.path.with_suffix(SIDECAR_SUFFIX).write_text(_FOREIGN.replace("NUMBER", f"{number:02d}"))
    before = state_of(album)
    whole = _card(album, work / "whole")
    seconds = run_and_kill(_write, (whole,), None).seconds
    after = state_of(whole)
    # The first run is the slowest; moments after the end of the others would kill nothing.
    seconds = min(seconds, run_and_kill(_write, (_card(album, work / "again"),), None).seconds)
    for number, moment in enumerate(
        moments(count, seconds, "sidecars", lambda: tally.kills_while_writing_sidecars)
    ):
        card = _card(album, work / str(number))
        run = run_and_kill(_write, (card,), moment)
        tally.kills += run.killed
        tally.kills_while_writing_sidecars += run.killed
        _check(card, before, after, tally)
        shutil.rmtree(card.parent)


def _card(album: Path, folder: Path) -> Path:
    shutil.copytree(album, folder / "card")
    return folder / "card"


def _write(_confirm: Callable[[Any], None], card: Path) -> None:
    sidecars = AlbumSidecars(scan(card), Naming.BASENAME, card.parent / "library.sqlite3")
    sidecars.write(sidecars.plan(marks_of(card), TARGETS, Prefer.LIBRARY))


def _check(card: Path, before: State, after: State, tally: Tally) -> None:
    """Count what is wrong right after the kill, then write again and count again."""
    parts = list(card.glob(f"{PART_PREFIX}*{PART_SUFFIX}"))
    now = {name: about for name, about in state_of(card).items() if not name.startswith(PART_PREFIX)}
    for name in before.keys() | now.keys():
        old, new = (each.get(name, ("",))[0] for each in (before, after))
        right = now.get(name, ("",))[0] in (old, new)
        tally.half_files += not right and name.endswith(SIDECAR_SUFFIX)
        tally.originals_changed += not name.endswith(SIDECAR_SUFFIX) and now.get(name) != before.get(name)
    for part in parts:  # as old as one has to be, for its writer to be dead for sure
        long_ago = part.stat().st_mtime - 2 * STALE
        os.utime(part, (long_ago, long_ago))
    _write(lambda _: None, card)
    left = {name: about[0] for name, about in state_of(card).items()}
    expected = {name: about[0] for name, about in after.items()}
    tally.not_recovered += left != expected
