"""Whose fault it is: a disk that cannot be read, or memory that is short, is no damage of the file."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
import torch

from engine.album import exif
from engine.album import inspect as inspecting
from engine.album.inspect import inspect
from engine.cli import parse, run
from engine.errors import ModelError, PhotoError, TrainingError, first_line
from engine.models.checkpoint import checkpoint_hash, load_checkpoint
from engine.training.owner_files import load_whole
from engine.types import Photo
from engine.words import counted


def _raising(error: Exception) -> Callable[..., NoReturn]:
    def fails(*_: object, **__: object) -> NoReturn:
        raise error

    return fails


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    path = tmp_path / "best_model.pt"
    torch.save({"model_state_dict": {"head.0.weight": torch.ones(1, 2)}}, path)
    return path


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EIO, "Input/output error"), "cannot be read: Input/output error"),
        (MemoryError(), "needs more memory than is free"),
        (RuntimeError("bad magic"), "is damaged, cut off, or not a PyTorch checkpoint"),
    ],
)
def test_a_checkpoint_is_called_damaged_only_if_it_is(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    sha256 = checkpoint_hash(checkpoint)
    monkeypatch.setattr(torch, "load", _raising(error))
    with pytest.raises(ModelError, match=said):
        load_checkpoint(checkpoint, sha256)


def test_nobody_is_told_to_delete_a_run_that_only_could_not_be_read(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch, "load", _raising(PermissionError(errno.EACCES, "Permission denied")))
    with pytest.raises(TrainingError, match="cannot be read") as caught:
        load_whole(checkpoint)
    assert "Delete" not in str(caught.value)


def test_a_drive_that_fails_costs_the_photo_not_its_capture_time(
    small_album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = Photo(0, "IMG_0001.JPG", (small_album / "IMG_0001.JPG",))
    monkeypatch.setattr(inspecting, "_image_metadata", _raising(OSError(errno.EIO, "Input/output error")))
    with pytest.raises(PhotoError, match="cannot be read: Input/output error"):
        inspect(photo)


def test_why_exif_was_ignored_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert exif.tags_of_tiff(b"no TIFF at all") == {}
    assert "EXIF ignored: " in caplog.text


def test_an_error_without_words_is_named_by_its_type() -> None:
    assert first_line(MemoryError()) == "MemoryError"
    assert first_line(ValueError("one\ntwo")) == "one"


def test_nothing_to_export_is_one_sentence_with_a_hint(tmp_path: Path, small_album: Path, capsys) -> None:
    (small_album / "inside").mkdir()
    words = ["--data-dir", str(tmp_path / "d"), "export", str(small_album), "--to", str(tmp_path / "to")]
    assert run(parse([*words, "--what", "rejected"])) == 5
    said = capsys.readouterr().err
    expected = f"There is nothing to export: {small_album} has no photos that are rejected. --recursive takes"
    assert expected in said and "folders inside.\n" in said
    assert run(parse([*words[:2], "reject", str(small_album), "--to", "folder"])) == 5
    assert f"There is nothing to take out: {small_album} has no photos" in capsys.readouterr().err


def test_words_follow_their_number() -> None:
    assert [counted(n, "photo") for n in (0, 1, 2, 10_000)] == [
        "0 photos",
        "1 photo",
        "2 photos",
        "10,000 photos",
    ]
