"""Groups changed by hand, from key press over a restart to the command line and back."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.programs import run_python, run_session

AS_FOUND = [0, 0, 0, 1, 1, 1, 2, 2, 2]


def _session(which: str, album: Path, data: Path) -> dict:
    return run_session("grouping_session", which, album, data)


def test_what_was_changed_by_hand_is_there_after_a_restart_and_can_be_taken_back(
    small_album: Path, tmp_path: Path
):
    data = tmp_path / "data"
    first = _session("first", small_album, data)
    assert first["opened"]["groups"] == AS_FOUND
    assert first["changed"]["groups"] == [0, 1, 1, 2, 2, 2, 2, 2, 2]
    assert first["rows"] == 3, "folded to one row per group"
    assert first["changed"]["picks"][:2] == ["IMG_0001.JPG", "IMG_0003.JPG"]

    report = tmp_path / "cull.json"
    run_python("main.py", "cull", small_album, "--json", report, "--data-dir", data)
    photos = {photo["path"]: photo for photo in json.loads(report.read_text())["photos"]}
    assert [photo["group"] for photo in photos.values()] == first["changed"]["groups"]
    assert [name for name, photo in photos.items() if photo["pick"]] == first["changed"]["picks"]
    assert photos["IMG_0003.JPG"]["reasons"][0] == "your pick"
    target = tmp_path / "picks"
    run_python("main.py", "export", small_album, "--to", target, "--what", "picks", "--data-dir", data)
    assert sorted(f.name for f in target.iterdir() if f.suffix == ".JPG") == first["changed"]["picks"]

    again = _session("again", small_album, data)
    assert again["opened"] == first["changed"]
    assert [text.split(": ", 1)[1] for text in again["said"]] == [
        "2 groups made one: IMG_0004.JPG and 5 more",
        "IMG_0003.JPG is your pick",
        "IMG_0002.JPG begins a new group of 2",
    ]
    assert again["undone"] == first["opened"]
    assert again["redone"]["groups"] == [0, 1, 1, 2, 2, 2, 3, 3, 3]
