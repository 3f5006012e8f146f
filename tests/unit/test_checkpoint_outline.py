"""What a checkpoint is, told without PyTorch: as PyTorch tells it, in no time, and never by running it."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from engine.errors import ModelError
from engine.models.ava_config import read_ava_config
from engine.models.checkpoint import checkpoint_hash, load_checkpoint
from engine.models.checkpoint_outline import read_outline
from engine.models.registry import build_lineup, idle_statuses
from engine.models.siamese_config import read_siamese_config
from engine.paths import DataDir
from engine.settings import load_settings
from engine.types import ModelState, Role
from tests.unit.ava_files import config_of as ava_config
from tests.unit.hostile_files import hostile_contents
from tests.unit.siamese_files import config_of as siamese_config


def seen(*shape: int) -> torch.Tensor:
    """A tensor that takes no room in a file: one number, seen many times."""
    return torch.ones(()).expand(shape)


def ava(hidden: int = 256, outputs: int = 10) -> dict[str, torch.Tensor]:
    return {
        "backbone.0.weight": seen(64, 3, 7, 7),
        "head.0.weight": seen(hidden, 2048),
        "head.3.weight": seen(outputs, hidden),
    }


SIAMESE = {"backbone.4.0.conv1.weight": seen(64, 64, 1, 1), "mlp.0.weight": seen(2, 2048)}
VGG = {"backbone.0.weight": seen(64, 3, 3, 3), "backbone.fc6.weight": seen(4096, 25088)}
PLAIN = {"conv1.weight": seen(64, 3, 7, 7), "fc.weight": seen(2, 2048)}
IMAGENET = {**PLAIN, "fc.weight": seen(1000, 2048)}


def file(tmp_path: Path, content: object, name: str = "best_model.pt", **options) -> Path:
    path = tmp_path / name
    torch.save(content, path, **options)
    return path


def with_config(state: dict, config: dict) -> dict:
    return {
        "epoch": 3,
        "model_state_dict": state,
        "val_spearman": np.float64(0.61),
        "config": {**config, "output_dir": pathlib.PureWindowsPath("C:/runs/7")},
    }


OWNERS = {
    "distribution": (with_config(ava(), ava_config([256], "distribution")), read_ava_config),
    "regression": (with_config(ava(64, 1), ava_config([64], "regression", "tanh")), read_ava_config),
    "bare": (ava(), read_ava_config),
    "siamese": (with_config(SIAMESE, siamese_config("resnet50", [])), read_siamese_config),
    "vgg": (with_config(VGG, siamese_config("vgg16", [128, 128], "tanh")), read_siamese_config),
    "plain": (PLAIN, read_siamese_config),
}


@pytest.mark.parametrize("old", [False, True], ids=["zip", "old form"])
@pytest.mark.parametrize("name", OWNERS)
def test_an_owners_file_is_described_as_pytorch_describes_it(tmp_path: Path, name: str, old: bool):
    content, read = OWNERS[name]
    path = file(tmp_path, content, _use_new_zipfile_serialization=not old)
    outline, whole = read_outline(path), load_checkpoint(path, checkpoint_hash(path))
    assert outline is not None
    assert {key: each.shape for key, each in outline.state.items()} == {
        key: tuple(each.shape) for key, each in whole.state.items()
    }
    assert outline.config == whole.config
    assert read(outline) == read(whole)


def test_safetensors_are_described_by_their_header(tmp_path: Path):
    path = tmp_path / "model.safetensors"
    save_file({"backbone.0.weight": torch.ones(4, 3), "head.0.weight": torch.ones(10, 2048)}, path)
    outline = read_outline(path)
    assert outline is not None and read_ava_config(outline).head == (2048, 10)
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(ModelError, match="is damaged or not a safetensors file"):
        read_outline(path)


def test_a_file_that_is_cut_off_is_told(tmp_path: Path):
    path = file(tmp_path, {"head.0.weight": torch.randn(300, 300)})
    for length in (path.stat().st_size // 2, path.stat().st_size - 40):
        path.write_bytes(path.read_bytes()[:length])
        with pytest.raises(ModelError, match="is damaged, cut off, or not a PyTorch checkpoint"):
            read_outline(path)


def statuses(tmp_path: Path, key: str, path: Path) -> dict[Role, object]:
    config = tmp_path / "config.yaml"
    config.write_text(f"quality_assessment:\n  {key}: {path}\n", encoding="utf-8")
    found = idle_statuses(load_settings(config), DataDir(tmp_path / "data"))
    return {status.role: status for status in found}


WRONG = {
    "comparator as AVA": ("ava_checkpoint", SIAMESE, "is a Siamese comparator; set it as siamese_checkpoint"),
    "older comparator as AVA": ("ava_checkpoint", PLAIN, "is a Siamese comparator"),
    "ImageNet as AVA": ("ava_checkpoint", IMAGENET, "is no AVA model: its first keys are conv1.weight"),
    "other outputs": ("ava_checkpoint", ava(256, 7), "has 7 outputs, but a distribution has 10"),
    "list": ("ava_checkpoint", [1, 2], "holds a list, not named tensors"),
    "nothing in it": ("ava_checkpoint", {"epoch": 3}, "holds no model_state_dict and is none itself"),
    "AVA as comparator": ("siamese_checkpoint", ava(), "is an AVA aesthetic model; set it as ava_checkpoint"),
    "ImageNet as comparator": ("siamese_checkpoint", IMAGENET, "its fc.weight is (1000, 2048)"),
    "no classes": ("siamese_checkpoint", {"conv1.weight": PLAIN["conv1.weight"]}, "it has no fc.weight"),
}


@pytest.mark.parametrize("case", WRONG)
def test_the_status_tells_a_wrong_file_before_any_run(tmp_path: Path, case: str):
    key, content, said = WRONG[case]
    role = Role.AESTHETIC if key == "ava_checkpoint" else Role.COMPARATOR
    status = statuses(tmp_path, key, file(tmp_path, content))[role]
    assert status.state is ModelState.FAILED
    assert said in status.reason
    assert f"It is named in {tmp_path / 'config.yaml'}, line 2 (quality_assessment.{key})." in status.reason


def test_a_text_file_and_a_missing_one_are_told_with_the_line_that_names_them(tmp_path: Path):
    text = tmp_path / "notes.txt"
    text.write_text("not a model", encoding="utf-8")
    status = statuses(tmp_path, "ava_checkpoint", text)[Role.AESTHETIC]
    assert status.state is ModelState.FAILED and "or not a PyTorch checkpoint" in status.reason
    status = statuses(tmp_path, "ava_checkpoint", tmp_path / "absent.pt")[Role.AESTHETIC]
    assert status.state is ModelState.MISSING and "config.yaml, line 2" in status.reason


def test_right_files_are_idle_and_pytorch_stays_unloaded(tmp_path: Path):
    ava_file, siamese_file = (
        file(tmp_path, ava(), "ava.pt"),
        file(tmp_path, with_config(SIAMESE, siamese_config("resnet50", [])), "siamese.pt"),
    )
    config = tmp_path / "config.yaml"
    config.write_text(
        f"quality_assessment:\n  ava_checkpoint: {ava_file}\n  siamese_checkpoint: {siamese_file}\n",
        encoding="utf-8",
    )
    code = f"""
import sys
from pathlib import Path
from engine.models.registry import idle_statuses
from engine.paths import DataDir
from engine.settings import load_settings
found = idle_statuses(load_settings(Path({str(config)!r})), DataDir(Path({str(tmp_path / "data")!r})))
print(*(status.state for status in found))
assert not {{"torch", "torchvision", "openvino"}} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["idle", "idle", "missing", "idle"], done.stdout


def test_what_only_pytorch_can_tell_is_left_to_it(tmp_path: Path):
    path = file(tmp_path, {**ava(), "head.9.weight": torch.ones(4, 4).to_sparse()})
    outline = None
    try:
        outline = read_outline(path)
    except ModelError as error:  # the guard names it: sparse tensors are not on its list
        assert "asks for" in str(error)
    assert outline is None
    odd = file(tmp_path, {"model_state_dict": ava(), "x": {(1, (2, 3)): 4}}, "odd.pt")
    assert read_outline(odd) is None
    settings_file = tmp_path / "config.yaml"
    settings_file.write_text(f"quality_assessment:\n  ava_checkpoint: {odd}\n", encoding="utf-8")
    lineup = build_lineup(load_settings(settings_file), DataDir(tmp_path / "data"))
    assert Role.AESTHETIC in lineup.scorers


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> tuple[Path, dict[str, bytes]]:
    canary = tmp_path_factory.mktemp("canary") / "made by a hostile file"
    return canary, hostile_contents(canary)


def test_hostile_files_neither_run_nor_hang(tmp_path: Path, hostile):
    canary, contents = hostile
    for name, content in contents.items():
        path = tmp_path / name
        path.write_bytes(content)
        started = time.monotonic()
        try:
            read_outline(path)
        except ModelError as error:
            assert name in str(error) and "\n" not in str(error)
        assert time.monotonic() - started < 10, name
    assert not canary.exists()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 1500), value=st.integers(0, 255), cut=st.integers(0, 400))
def test_damaged_bytes_end_in_an_outline_a_sentence_or_nothing(
    tmp_path: Path, place: int, value: int, cut: int
):
    path = file(tmp_path, with_config(ava(), ava_config([256], None)))
    content = bytearray(path.read_bytes())
    content[place % len(content)] = value
    path.write_bytes(bytes(content[: len(content) - cut * (cut % 2)]))
    try:
        read_outline(path)
    except ModelError as error:
        assert str(error).startswith("The checkpoint ")
