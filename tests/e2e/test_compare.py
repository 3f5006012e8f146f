"""`compare` as other tools use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.test_command_line import Run, data, framepick

__all__ = ["data", "framepick"]  # fixtures


def test_compare_says_what_cull_without_the_role_would_pick(framepick: Run, small_album: Path):
    file = small_album.parent / "compare.json"
    first = framepick("compare", small_album, "--without", "aesthetic", "--json", file)
    assert first.returncode == 0, first.stderr
    assert "Scores are missing for 9 photos: scoring first." in first.stderr
    found = json.loads(file.read_text())
    assert set(found) == {
        "schema", "album", "without", "picks", "picks_without", "differ", "changed", "models",
    }  # fmt: skip
    assert (found["schema"], found["album"], found["without"]) == (1, str(small_album), ["aesthetic"])
    for without, picks in ((), found["picks"]), (("--without", "aesthetic"), found["picks_without"]):
        culled = small_album.parent / "cull.json"
        framepick("cull", small_album, "--json", culled, *without)
        photos = json.loads(culled.read_text())["photos"]
        assert sorted(picks) == sorted(photo["path"] for photo in photos if photo["pick"])


def test_a_warm_cache_is_compared_without_inference(framepick: Run, small_album: Path):
    framepick("cull", small_album)
    file = small_album.parent / "compare.json"
    done = framepick("compare", small_album, "--without", "quality,portrait", "--json", file)
    found = json.loads(file.read_text())
    assert done.stderr == ""
    assert [m["scored"] for m in found["models"]] == [0, 0, 0, 0]
    assert [m["cached"] for m in found["models"]] == [9, 9, 9, 3]
    changed = found["changed"]
    assert found["differ"] == len(changed)
    for change in changed:
        assert set(change) == {"group", "with", "without"}
        assert change["with"][0] in found["picks"] and change["without"][0] in found["picks_without"]
        assert f"│ {change['with'][0]}" in done.stdout
    words = "without Learned quality and MediaPipe Face Landmarker."
    assert words in done.stdout


def test_a_role_that_is_not_at_work_is_said_to_change_nothing(framepick: Run, small_album: Path):
    config = small_album.parent / "config.yaml"
    absent = small_album.parent / "absent.pt"
    config.write_text(f"quality_assessment:\n  siamese_checkpoint: {absent}\n", encoding="utf-8")
    done = framepick("compare", small_album, "--without", "comparator", "--config", config)
    assert done.returncode == 0
    assert "comparator has no part in the picks, it is missing" in done.stderr
    assert "No pick differs without Siamese comparator" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "--without"),
        (("--without", "beauty"), 2, "unknown role 'beauty'"),
    ],
)
def test_wrong_use(framepick: Run, small_album: Path, arguments: tuple[str, ...], code: int, words: str):
    done = framepick("compare", small_album, *arguments)
    assert (done.returncode, words in done.stderr) == (code, True), done.stderr


def test_an_album_without_photos_or_with_unreadable_ones(framepick: Run, small_album: Path, tmp_path: Path):
    empty = tmp_path / "empty"
    empty.mkdir()
    assert framepick("compare", empty, "--without", "quality").returncode == 5
    (small_album / "broken.jpg").write_bytes(b"")
    assert framepick("compare", small_album, "--without", "quality").returncode == 3
