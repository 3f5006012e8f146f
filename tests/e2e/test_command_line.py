"""The command line as other tools use it: words, exit codes, JSON keys. Each test runs main.py itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.data_dirs import with_models
from tests.photos import open_photo

ROOT = Path(__file__).resolve().parents[2]
PHOTO_KEYS = {
    "path", "files", "error", "captured_at", "group", "sequence", "pick", "decision", "composite",
    "composite_of", "reasons", "scores", "faces",
}  # fmt: skip
MODEL_KEYS = {
    "role", "name", "state", "embedded_default", "checkpoint", "sha256", "device", "runtime", "scored",
    "cached", "failed", "reason",
}  # fmt: skip

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def data(tmp_path: Path, weights_dir: Path) -> Path:
    return with_models(tmp_path / "data", weights_dir).root


@pytest.fixture
def framepick(data: Path) -> Run:
    return _runner(data)


def _runner(data: Path) -> Run:
    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "main.py", *map(str, arguments), "--data-dir", str(data)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    return run


def _cull(framepick: Run, album: Path, *more: object) -> tuple[int, dict[str, Any]]:
    file = album.parent / "result.json"
    done = framepick("cull", album, "--json", file, *more)
    return done.returncode, json.loads(file.read_text()) if file.exists() else {"stderr": done.stderr}


class Culled(NamedTuple):
    """An album after a first run with all models, and what that run said."""

    framepick: Run
    album: Path
    code: int
    stdout: str
    result: dict[str, Any]


@pytest.fixture(scope="module")
def culled(tmp_path_factory: pytest.TempPathFactory, small_album_made: Path, weights_dir: Path) -> Culled:
    folder = tmp_path_factory.mktemp("culled")
    album = Path(shutil.copytree(small_album_made, folder / "album"))
    framepick = _runner(with_models(folder / "data", weights_dir).root)
    done = framepick("cull", album, "--json", folder / "first.json")
    result = json.loads((folder / "first.json").read_text())
    return Culled(framepick, album, done.returncode, done.stdout, result)


def test_cull_writes_what_others_rely_on(culled: Culled):
    result = culled.result
    assert culled.code == 0
    assert set(result) == {"schema", "album", "device", "models", "photos", "pairs", "telemetry"}
    assert (result["schema"], result["album"]) == (1, str(culled.album))
    assert {m["role"] for m in result["models"]} == {"aesthetic", "quality", "portrait", "comparator"}
    assert all(set(m) >= MODEL_KEYS for m in result["models"])
    assert len(result["photos"]) == 9
    assert all(set(p) >= PHOTO_KEYS for p in result["photos"])
    assert [p["pick"] for p in result["photos"]].count(True) == 3
    first = result["photos"][0]
    assert (first["path"], first["files"]) == ("IMG_0001.JPG", ["IMG_0001.JPG"])
    assert first["captured_at"] == "2026-06-01T12:00:00"
    assert first["composite_of"] == ["aesthetic", "quality", "portrait"]
    assert len(first["scores"]["aesthetic"]["sha256"]) == 64
    assert 0 <= first["scores"]["quality"]["value"] <= 1
    assert {"sharpness", "exposure", "noise"} <= set(first["scores"]["quality"]["details"])
    assert set(first["faces"][0]) >= {"box", "eyes_open", "smile", "confidence"}
    comparator = next(m for m in result["models"] if m["role"] == "comparator")
    assert comparator["scored"] == len(result["pairs"]) > 0
    for pair in result["pairs"]:
        assert (pair["source"], pair["sha256"]) == (comparator["name"], comparator["sha256"])
        assert 0.5 <= pair["confidence"] <= 1 and pair["winner"] in (None, pair["a"], pair["b"])


@pytest.mark.skipif(sys.platform != "linux", reason="file names of any bytes")
def test_a_folder_whose_name_is_no_unicode_is_an_album_as_any_other(tmp_path: Path, make_jpeg):
    album = os.fsencode(tmp_path) + b"/June \xff\nnight"
    folder = Path(os.fsdecode(album))
    folder.mkdir()
    make_jpeg(folder / "a.jpg", open_photo("coffee"))
    data = tmp_path / "data"  # no weights: rules judge
    words = ["cull", album, "--json", tmp_path / "result", "--data-dir", data]
    done = subprocess.run([sys.executable, "main.py", *words], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    result = json.loads((tmp_path / "result").read_text())
    assert result["album"] == f"{tmp_path}/June \\udcff\nnight"
    assert [photo["path"] for photo in result["photos"]] == ["a.jpg"]


def test_without_a_comparator_the_composite_decides_and_says_so(culled: Culled):
    code, result = _cull(culled.framepick, culled.album, "--without", "comparator")
    assert code == 0 and result["pairs"]
    assert {(pair["source"], pair["sha256"]) for pair in result["pairs"]} == {("composite", None)}
    comparator = next(m for m in result["models"] if m["role"] == "comparator")
    assert comparator["state"] == "disabled"


def test_cull_prints_models_and_picks(culled: Culled):
    assert "Model Status:" in culled.stdout
    assert "e563ad91" in culled.stdout and "NIMA MobileNet" in culled.stdout
    assert "9 photos, 3 groups, 3 picks" in culled.stdout
    assert "Learned comparator" in culled.stdout and "missing" not in culled.stdout


def test_a_second_run_is_served_from_cache(culled: Culled):
    assert not any(s["cached"] for p in culled.result["photos"] for s in p["scores"].values())
    code, result = _cull(culled.framepick, culled.album)
    assert code == 0
    models = {m["role"]: m for m in result["models"]}
    assert (models["aesthetic"]["scored"], models["aesthetic"]["cached"]) == (0, 9)
    assert models["aesthetic"]["state"] == "active"
    assert all(s["cached"] for p in result["photos"] for s in p["scores"].values())


def test_without_and_require(framepick: Run, small_album: Path):
    code, result = _cull(framepick, small_album, "--without", "aesthetic,portrait", "--require", "quality")
    assert code == 0
    states = {m["role"]: m["state"] for m in result["models"]}
    assert (states["aesthetic"], states["portrait"], states["quality"]) == ("disabled", "disabled", "active")
    code, _ = _cull(
        framepick, small_album, "--without", "aesthetic,portrait", "--require", "quality,aesthetic"
    )
    assert code == 4
    done = framepick("cull", small_album, "--without", "comparator", "--require", "comparator")
    assert done.returncode == 4
    assert "Required role comparator did not run: disabled" in done.stderr


def test_rules_in_the_place_of_learned_quality_do_not_pass_for_it(tmp_path: Path, small_album: Path):
    def cull(*more: str) -> subprocess.CompletedProcess[str]:
        words = [
            "--data-dir",
            str(tmp_path / "none"),
            "cull",
            str(small_album),
            "--require",
            "quality",
            *more,
        ]
        return subprocess.run([sys.executable, "main.py", *words], cwd=ROOT, capture_output=True, text=True)

    done = cull()
    assert done.returncode == 4
    assert "Required role quality did not run: learned quality cannot run, rules judge" in done.stderr
    assert "quality.method: rules" in done.stderr
    (tmp_path / "rules.yaml").write_text("quality:\n  method: rules\n", encoding="utf-8")
    assert cull("--config", str(tmp_path / "rules.yaml")).returncode == 0


def test_the_table_has_the_names_that_owners_look_for(culled: Culled):
    for role in ("aesthetic (AVA)", "quality (IQA)", "portrait (MediaPipe)", "comparator (Siamese)"):
        assert role in culled.stdout


def test_unreadable_photos_are_named_and_exit_with_3(framepick: Run, small_album: Path):
    (small_album / "IMG_0004.JPG").write_bytes(b"")
    (small_album / "notes.png").write_text("text")
    done = framepick("cull", small_album, "--without", "aesthetic,portrait")
    assert done.returncode == 3
    assert "Could not be read: IMG_0004.JPG" in done.stderr
    assert "Could not be read: notes.png" in done.stderr


@pytest.mark.parametrize("content", ["empty", "broken", "other"])
def test_nothing_to_cull_exits_with_5(framepick: Run, tmp_path: Path, content: str):
    album = tmp_path / "album"
    album.mkdir()
    if content == "broken":
        (album / "a.jpg").write_bytes(b"")
        (album / "b.jpg").write_text("x")
    if content == "other":
        (album / "readme.txt").write_text("x")
    assert framepick("cull", album).returncode == 5


def test_every_role_switched_off_is_not_a_success(framepick: Run, small_album: Path):
    done = framepick("cull", small_album, "--without", "aesthetic,quality,portrait")
    assert done.returncode == 5
    assert "no photo has a score" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("cull", "/no/such/folder"), "/no/such/folder"),
        (("cull", "{album}", "--device", "gpu"), "gpu"),
        (("cull", "{album}", "--device", "cuda:99"), "--device: cuda:99 cannot be used"),
        (("cull", "{album}", "--require", "beauty"), "beauty"),
        (("cull", "{album}", "--config", "/no/such.yaml"), "/no/such.yaml"),
        (("decide", "{album}", "IMG_9999.JPG", "accept"), "IMG_9999.JPG"),
        (("decide", "{album}", "IMG_0001.JPG", "maybe"), "maybe"),
    ],
)
def test_usage_errors_exit_with_2_and_one_sentence(framepick: Run, small_album: Path, arguments, part: str):
    done = framepick(*(a.format(album=small_album) for a in arguments))
    assert done.returncode == 2
    assert part in done.stderr
    assert "Traceback" not in done.stderr


def test_decide_then_export_accepted(framepick: Run, small_album: Path, tmp_path: Path):
    assert framepick("decide", small_album, "IMG_0001.JPG", "accept").returncode == 0
    assert framepick("decide", small_album, "IMG_0002.JPG", "reject").returncode == 0
    _, result = _cull(framepick, small_album, "--without", "aesthetic,portrait")
    decisions = {p["path"]: p["decision"] for p in result["photos"]}
    assert (decisions["IMG_0001.JPG"], decisions["IMG_0002.JPG"]) == ("accept", "reject")
    assert decisions["IMG_0003.JPG"] == "none"
    out = tmp_path / "out"
    done = framepick("export", small_album, "--to", out)
    assert done.returncode == 0
    assert [f.name for f in out.iterdir() if not f.name.startswith(".")] == ["IMG_0001.JPG"]
    assert (out / "IMG_0001.JPG").read_bytes() == (small_album / "IMG_0001.JPG").read_bytes()
    assert framepick("decide", small_album, "IMG_0001.JPG", "none").returncode == 0
    assert framepick("export", small_album, "--to", tmp_path / "out2").returncode == 5


def test_export_picks_needs_scores_and_then_copies_them(framepick: Run, culled: Culled, tmp_path: Path):
    out = tmp_path / "out"
    words = ("export", culled.album, "--to", out, "--what", "picks")
    assert framepick(*words).returncode == 5
    assert culled.framepick(*words).returncode == 0
    picks = {p["path"] for p in culled.result["photos"] if p["pick"]}
    assert {f.name for f in out.iterdir() if not f.name.startswith(".")} == picks


def test_models_status_and_verify(framepick: Run, tmp_path: Path):
    file = tmp_path / "models.json"
    done = framepick("models", "--json", file)
    assert done.returncode == 0
    models = {m["role"]: m for m in json.loads(file.read_text())["models"]}
    assert models["aesthetic"]["state"] == "idle"
    assert models["aesthetic"]["embedded_default"] is True
    assert (models["comparator"]["state"], models["comparator"]["embedded_default"]) == ("idle", True)
    assert "(settings: config.yaml, not there: the defaults)" in done.stdout
    own = tmp_path / "own.yaml"
    own.write_text("performance: {runtime: torch}\n")
    assert f"(settings: {own})" in framepick("models", "--config", own).stdout
    verified = framepick("models", "verify")
    assert verified.returncode == 0
    assert verified.stdout.count(": ok") == 4


def test_models_install_is_a_no_op_when_all_is_there(framepick: Run):
    done = framepick("models", "install")
    assert done.returncode == 0
    assert "nothing to do" in done.stdout


def test_models_install_from_a_folder_needs_no_network(tmp_path: Path, weights_dir: Path):
    command = [sys.executable, "main.py", "models", "install", "--from", str(weights_dir)]
    done = subprocess.run(
        [*command, "--data-dir", str(tmp_path / "fresh")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "fresh" / "models" / "face_landmarker.task").is_file()


def test_a_missing_model_is_missing_on_the_command_line_too(tmp_path: Path, small_album: Path):
    command = [sys.executable, "main.py", "cull", str(small_album), "--require", "aesthetic"]
    done = subprocess.run(
        [*command, "--data-dir", str(tmp_path / "bare")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 4
    assert "Required role aesthetic did not run: missing" in done.stderr
    assert "models install" in done.stderr


def test_the_speed_benchmark_writes_its_figures(framepick: Run, small_album: Path, tmp_path: Path):
    file = tmp_path / "speed.json"
    done = framepick("benchmark", "speed", small_album, "--json", file)
    assert done.returncode == 0, done.stderr
    figures = json.loads(file.read_text())
    expected = (
        "cpu_ms_per_photo",
        "decode_cpu_ms_per_photo",
        "ratio",
        "second_run_speedup",
        "peak_rss_mb",
        "photos_per_s",
    )
    for key in expected:
        assert figures[key] > 0
        assert key in done.stdout
    assert figures["ratio"] == pytest.approx(figures["cpu_ms_per_photo"] / figures["decode_cpu_ms_per_photo"])


def test_a_json_of_an_empty_album_is_written_too(framepick: Run, tmp_path: Path):
    album, file = tmp_path / "empty", tmp_path / "result.json"
    album.mkdir()
    file.write_text('{"old": 1}')
    assert framepick("cull", album, "--json", file).returncode == 5
    assert json.loads(file.read_text())["photos"] == []


def test_a_cache_that_cannot_be_written_costs_no_result(framepick: Run, small_album: Path, data: Path):
    import sqlite3

    assert framepick("decide", small_album, "IMG_0001.JPG", "accept").returncode == 0
    library = sqlite3.connect(data / "library.sqlite3", isolation_level=None)
    library.execute(
        "CREATE TRIGGER full BEFORE INSERT ON scores BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    )
    library.close()
    done = framepick("cull", small_album, "--without", "aesthetic,portrait")
    assert done.returncode == 0
    assert "9 photos, 3 groups, 3 picks" in done.stdout
    assert done.stderr.count("Scores could not be cached: disk is full") == 1


def test_a_damaged_library_is_kept_beside_and_rebuilt(framepick: Run, small_album: Path, data: Path):
    (data / "library.sqlite3").write_text("no database " * 100)
    done = framepick("cull", small_album, "--without", "aesthetic,portrait")
    assert done.returncode == 0
    assert done.stderr.count("library.sqlite3 was damaged") == 1
    (kept,) = data.glob("library.sqlite3.damaged-*")
    assert kept.read_text().startswith("no database")


def test_file_names_cannot_forge_lines_on_the_terminal(framepick: Run, small_album: Path):
    (small_album / "x\nCould not be read: fake.jpg").write_bytes(b"")
    (small_album / "esc\x1b[31mred.jpg").write_bytes(b"")
    done = framepick("cull", small_album, "--without", "aesthetic,portrait")
    assert done.returncode == 3
    assert "\x1b" not in done.stderr
    assert "Could not be read: x\\nCould not be read: fake.jpg: is empty" in done.stderr


def test_exporting_from_inside_folders_hints_at_recursive(framepick: Run, small_album: Path, tmp_path: Path):
    (small_album / "sub").mkdir()
    (small_album / "IMG_0001.JPG").rename(small_album / "sub" / "IMG_0001.JPG")
    assert framepick("decide", small_album, "sub/IMG_0001.JPG", "accept").returncode == 0
    done = framepick("export", small_album, "--to", tmp_path / "out")
    assert done.returncode == 5
    assert "--recursive" in done.stderr
    assert framepick("export", small_album, "--to", tmp_path / "out", "--recursive").returncode == 0


@pytest.mark.parametrize(("key", "role"), [("ava", "aesthetic"), ("siamese", "comparator")])
def test_a_checkpoint_that_is_not_there_is_missing_with_its_path_and_fails_require(
    framepick: Run, small_album: Path, tmp_path: Path, key: str, role: str
):
    config = tmp_path / "own.yaml"
    config.write_text(f"quality_assessment:\n  {key}_checkpoint: /gone/{key}.pt\n", encoding="utf-8")
    leave_out = "portrait" if role == "aesthetic" else "aesthetic,portrait"
    more = ("--config", config, "--without", leave_out, "--require", role)
    code, result = _cull(framepick, small_album, *more)
    assert code == 4
    status = next(m for m in result["models"] if m["role"] == role)
    assert (status["state"], status["checkpoint"]) == ("missing", f"/gone/{key}.pt")
    assert f"/gone/{key}.pt" in status["reason"]
    assert len(result["photos"]) == 9
    assert all(role not in photo["scores"] for photo in result["photos"]), "nothing stands in for it"
