"""The command line as others rely on it."""

import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli import run
from engine.cli.parser import COMMANDS, parse
from engine.errors import UsageError
from engine.types import Role


def test_without_a_command_the_window_is_wanted():
    assert parse([]).command == "open"
    options = parse(["/photos/wedding", "--data-dir", "/d"])
    assert (options.command, options.album, options.data_dir) == ("open", Path("/photos/wedding"), Path("/d"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--data-dir", "/d", "cull", "album"],
        ["cull", "--data-dir", "/d", "album"],
        ["cull", "album", "--data-dir", "/d"],
    ],
)
def test_data_dir_is_understood_everywhere(arguments: list[str]):
    options = parse(arguments)
    assert (options.command, options.data_dir, options.album) == ("cull", Path("/d"), Path("album"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["models", "--data-dir", "/d"],
        ["models", "install", "--data-dir", "/d"],
        ["--data-dir", "/d", "models", "verify"],
    ],
)
def test_data_dir_of_models(arguments: list[str]):
    assert parse(arguments).data_dir == Path("/d")


def test_a_folder_named_like_a_value_of_data_dir_is_no_command():
    assert parse(["--data-dir", "cull", "album"]).command == "open"


def test_the_version_is_said(capsys):
    with pytest.raises(SystemExit) as ended:
        parse(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("framepick")


@pytest.mark.parametrize("place", ["no/such/folder/x.json", "."])
def test_a_place_for_json_that_cannot_be_written_is_told_before_any_work(tmp_path, capsys, place):
    wanted = str(tmp_path / place)
    options = parse(["--data-dir", str(tmp_path / "data"), "cull", str(tmp_path), "--json", wanted])
    assert run(options) == 2
    said = capsys.readouterr().err
    assert "cannot be written" in said and "Choose another place for --json." in said
    assert not (tmp_path / "data" / "library.sqlite3").exists()


def test_a_python_without_the_packages_is_sent_to_the_right_one():
    bare = [sys.executable, "-S", "-E", str(Path(__file__).resolve().parents[2] / "main.py"), "models"]
    done = subprocess.run(bare, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "is not installed for" in done.stderr and ".venv/bin/python main.py" in done.stderr
    assert "Traceback" not in done.stderr


def test_roles_are_read():
    options = parse(["cull", "a", "--without", "aesthetic,portrait", "--require", "quality"])
    assert options.without == {Role.AESTHETIC, Role.PORTRAIT}
    assert options.require == {Role.QUALITY}


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["cull", "a", "--require", "beauty"], "roles are aesthetic, quality, portrait, comparator"),
        (["cull"], "ALBUM"),
        (["decide", "a", "b.jpg", "maybe"], "maybe"),
        (["export", "a"], "--to"),
        (["benchmark", "luck", "a"], "luck"),
        (["cull", "a", "--unknown"], "--unknown"),
    ],
)
def test_mistakes_are_usage_errors_with_exit_code_2(arguments: list[str], part: str):
    with pytest.raises(UsageError, match=part) as caught:
        parse(arguments)
    assert caught.value.exit_code == 2


def test_models_prints_the_status_unless_told_otherwise():
    assert parse(["models"]).action is None
    assert parse(["models", "install", "--from", "/w"]).source == Path("/w")
    assert parse(["models", "--json", "x.json"]).json == Path("x.json")


def test_train_has_a_config_of_its_own():
    options = parse(
        ["--config", "s.yaml", "train", "aesthetic", "--pairs", "--config", "run.yaml", "--resume"]
    )
    assert (options.config, options.run_file) == (Path("s.yaml"), Path("run.yaml"))
    assert (options.command, options.kind, options.pairs, options.resume) == (
        "train",
        "aesthetic",
        True,
        True,
    )
    assert parse(["train", "comparator", "--config", "r.yaml", "--data-dir", "/d"]).data_dir == Path("/d")
    for wrong in (
        ["train"],
        ["train", "aesthetic"],
        ["train", "comparator", "--pairs", "--config", "r.yaml"],
    ):
        with pytest.raises(UsageError):
            parse(wrong)


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["cul", "album"], "There is no command cul. Did you mean cull?"),
        (["models", "instal"], "Did you mean install?"),
        (["benchmark", "sped", "album"], "Did you mean speed?"),
        (["benchmark"], "NAME is one of speed, "),
        (["cull", "album", "--requre", "aesthetic"], "Did you mean --require?"),
        (["cull", "album", "--requre=aesthetic"], "Did you mean --require?"),
        (["--recusive", "album"], "Did you mean --recursive?"),
        (["cull", "a", "--without", "aesthetics"], "Did you mean aesthetic?"),
        (["decide", "album", "-dash.jpg", "accept"], "For a file of that name put ./ before it."),
        (["/my", "photos"], "A path with spaces must stand between quotation marks"),
    ],
)
def test_a_mistyped_word_is_told_with_the_nearest_there_is(arguments: list[str], part: str):
    with pytest.raises(UsageError) as caught:
        parse(arguments)
    assert part in str(caught.value)


def test_a_mistyped_option_is_told_with_the_usage_of_its_command():
    with pytest.raises(UsageError, match=r"^usage: framepick cull "):
        parse(["cull", "album", "--jsn", "x"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["cull", ""],
        [""],
        ["--data-dir", "", "models"],
        ["export", "a", "--to", ""],
        ["reject", "", "--to", "trash"],
    ],
)
def test_an_empty_path_is_not_the_current_folder(arguments: list[str]):
    with pytest.raises(UsageError, match="the path is empty"):
        parse(arguments)


def test_help_lists_every_command_with_what_it_does(capsys):
    with pytest.raises(SystemExit):
        parse(["--help"])
    said = capsys.readouterr().out
    assert all(f"  {name} " in said and what in said for name, what in COMMANDS.items())
    for name in COMMANDS:
        with pytest.raises(SystemExit):
            parse([name, "--help"])
        assert COMMANDS[name].split()[0].capitalize() in capsys.readouterr().out
