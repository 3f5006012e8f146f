"""The real window on a screen (virtual in `make test`), with the real models, from opening to export."""

from __future__ import annotations

from pathlib import Path

from tests.data_dirs import with_models
from tests.e2e.programs import run_session


def _session(album: Path, data: Path, target: Path) -> dict:
    return run_session("window_session", album, data, target)


def test_a_session_from_opening_to_export(small_album: Path, tmp_path: Path, weights_dir: Path):
    data = with_models(tmp_path / "data", weights_dir).root
    originals = {f.name: (f.read_bytes(), f.stat().st_mtime_ns) for f in small_album.iterdir()}
    seen = _session(small_album, data, tmp_path / "selection")

    assert seen["heavy_at_start"] == [], "the window is up before anything heavy is imported"
    assert seen["groups"] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert seen["painted"]
    for role in ("aesthetic", "quality", "portrait"):
        assert "active" in seen["models"][role] and "9 scored" in seen["models"][role]
    decided = {name: decision for name, decision in seen["decisions"].items() if decision != "none"}
    assert decided.pop("IMG_0001.JPG") == "accept"
    assert sorted(decided.values()) == ["accept", "reject", "reject"]
    assert set(decided) == {"IMG_0004.JPG", "IMG_0005.JPG", "IMG_0006.JPG"}

    accepted = {name for name, decision in seen["decisions"].items() if decision == "accept"}
    copies = {f.name for f in (tmp_path / "selection").iterdir() if not f.name.startswith(".")}
    assert copies == accepted
    assert seen["report"].startswith("Copied and verified 2 files")
    assert {f.name: (f.read_bytes(), f.stat().st_mtime_ns) for f in small_album.iterdir()} == originals
