"""What the window remembers between two starts: all of it or what was there before, and never an error."""

from pathlib import Path

import pytest

from gui.kept_file import KeptFile


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "theme.txt"


@pytest.fixture
def kept(file: Path) -> KeptFile:
    return KeptFile(file, "The theme")


def test_what_was_written_is_read_and_nothing_else_lies_there(kept, file):
    assert kept.read() is None
    kept.write("dark")
    kept.write("clair ☀")
    assert kept.read() == "clair ☀"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("content", [b"\xff\xfe\xff", b"{", b"[" * 100_000])
def test_what_makes_no_sense_is_as_if_it_were_not_there_and_logged(kept, file, content, caplog):
    file.parent.mkdir()
    file.write_bytes(content)
    assert kept.read_json() is None
    assert f"The theme cannot be read from {file}" in caplog.text


def test_a_folder_in_its_place_is_logged(kept, file, caplog):
    file.mkdir(parents=True)
    assert kept.read() is None
    kept.write("dark")
    assert "cannot be read" in caplog.text
    assert "cannot be written" in caplog.text


def test_a_write_that_fails_leaves_what_was_there(kept, file, monkeypatch, caplog):
    kept.write("dark")

    def full(path: Path, *_: object, **__: object) -> None:
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    kept.write("light")
    assert kept.read() == "dark"
    assert "No space left" in caplog.text
