"""What benchmarks say of photos that cannot be read: each is named, none is passed over in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.benchmark.lineup import configs_of
from engine.benchmark.result_files import refuse_unwritable_folder
from engine.benchmark.speed import as_rows, measure_speed
from engine.cli import parse, run
from engine.cli.unreadable import name_unreadable
from engine.errors import UsageError
from engine.models.closing import closing_all
from engine.paths import DataDir
from engine.pipeline import CullJob
from engine.settings import load_settings
from engine.types import Role
from tests.photos import open_photo

RULES = "quality:\n  method: rules\n"


def test_speed_names_what_it_could_not_read(tmp_path: Path, small_album: Path) -> None:
    (small_album / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    config = tmp_path / "rules.yaml"
    config.write_text(RULES)
    without = frozenset({Role.AESTHETIC, Role.PORTRAIT, Role.COMPARATOR})
    job = CullJob(small_album, without=without)
    figures = measure_speed(job, load_settings(config), DataDir(tmp_path / "data"))
    assert list(figures.unreadable) == ["broken.jpg"] and figures.photos == 9
    assert "unreadable" not in dict(as_rows(figures))


def test_models_does_not_measure_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    data = str(tmp_path / "data")
    assert run(parse(["benchmark", "models", "--photos", str(tmp_path), "--data-dir", data])) == 5
    assert "Could not be read: broken.jpg: " in capsys.readouterr().err


def test_a_decision_on_an_unreadable_photo_is_no_fault_of_the_program(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    assert (
        run(parse(["--data-dir", str(tmp_path / "d"), "decide", str(tmp_path), "empty.jpg", "reject"])) == 5
    )


def test_names_cannot_forge_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert name_unreadable({"a\nb.jpg": "is truncated"}) == 3
    assert capsys.readouterr().err == "Could not be read: a\\nb.jpg: is truncated\n"
    assert name_unreadable({}) == 0


class _Model:
    def __init__(self, *, fails: bool = False) -> None:
        self.closed, self.fails = False, fails

    def close(self) -> None:
        self.closed = True
        if self.fails:
            raise OSError


def test_all_models_are_closed_whatever_happens() -> None:
    models = [_Model(), _Model(fails=True), _Model()]
    with pytest.raises(OSError), closing_all(models):
        raise ValueError
    assert all(model.closed for model in models)


@pytest.mark.parametrize("out", ["file", "file/inside"])
def test_a_place_that_is_no_folder_is_told_before_an_hour_of_work(tmp_path: Path, out: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"is a file, not a folder\. Choose another place for --out"):
        refuse_unwritable_folder(tmp_path / out)
    refuse_unwritable_folder(tmp_path / "new" / "folder")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["speed", "models", "degradations"])
def test_a_benchmark_looks_at_where_its_results_go_first(
    tmp_path: Path, small_album: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    gone = str(tmp_path / "no" / "such.json")
    (tmp_path / "file").touch()
    words = {
        "speed": [str(small_album), "--json", gone],
        "models": ["--json", gone],
        "degradations": ["--photos", str(small_album), "--out", str(tmp_path / "file")],
    }
    data = tmp_path / "data"
    assert run(parse(["--data-dir", str(data), "benchmark", name, *words[name]])) == 2
    assert "Choose another place for --" in capsys.readouterr().err
    assert not (data / "cache").exists()


def test_a_benchmark_of_no_model_is_refused() -> None:
    with pytest.raises(UsageError, match="--models names none"):
        configs_of(",")


def test_a_model_that_did_not_run_is_named_where_errors_go(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_photo("coffee").resize((160, 120)).save(tmp_path / "a.jpg")
    words = ["benchmark", "degradations", "--photos", str(tmp_path), "--out", str(tmp_path / "out")]
    absent = str(tmp_path / "absent.pt")
    data = str(tmp_path / "data")
    assert run(parse([*words, "--models", f"sharpness,{absent}", "--data-dir", data])) == 4
    told = capsys.readouterr()
    assert absent in told.err and "did not run" in told.err
    assert "sharpness" in told.out
