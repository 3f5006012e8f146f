"""Owners' checkpoint files: what is read, and what is refused without running any of it."""

from __future__ import annotations

import builtins
import functools
import io
import os
import pathlib
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import ModelError, WeightsCorruptError, WeightsMissingError
from engine.models.checkpoint import checkpoint_hash, load_checkpoint

STATE = {"head.0.weight": torch.arange(6.0).reshape(2, 3)}


def load(path):
    return load_checkpoint(path, checkpoint_hash(path))


def saved(tmp_path, content, name="best_model.pt", **options):
    path = tmp_path / name
    torch.save(content, path, **options)
    return path


def renamed(path: pathlib.Path, old: bytes, new: bytes) -> pathlib.Path:
    """Change a name inside the pickle of a .pt file (a GLOBAL line, so that its length may change)."""
    changed = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w") as target:
        for info in source.infolist():
            data = source.read(info)
            if info.filename.endswith("data.pkl"):
                assert old in data
                data = data.replace(old, new)
            target.writestr(info.filename, data)
    path.write_bytes(changed.getvalue())
    return path


def test_owners_file_is_read_with_its_config_and_metrics(tmp_path):
    content = {"epoch": 3, "model_state_dict": STATE, "val_spearman": np.float64(0.5), "config": {"a": [1]}}
    found = load(saved(tmp_path, content))
    assert torch.equal(found.state["head.0.weight"], STATE["head.0.weight"])
    assert found.config == {"a": [1]}
    assert found.extras == {"epoch": 3, "val_spearman": 0.5}


def test_bare_state_dict_and_old_file_format_are_read(tmp_path):
    assert list(load(saved(tmp_path, STATE)).state) == ["head.0.weight"]
    old = saved(tmp_path, STATE, "old.pth", _use_new_zipfile_serialization=False)
    assert list(load(old).state) == ["head.0.weight"]


@pytest.mark.parametrize("module", [b"numpy.core.multiarray", b"numpy._core.multiarray"])
def test_numpy_scalars_of_old_and_new_numpy_are_read(tmp_path, module):
    path = saved(tmp_path, {"model_state_dict": STATE, "val_acc": np.float64(0.696)})
    path = renamed(path, b"numpy._core.multiarray", module)
    assert load(path).extras["val_acc"] == 0.696


@pytest.mark.parametrize("module", [b"pathlib", b"pathlib._local"])
@pytest.mark.parametrize(
    ("system", "pure"), [(b"WindowsPath", pathlib.PureWindowsPath), (b"PosixPath", pathlib.PurePosixPath)]
)
def test_paths_of_any_system_become_pure_paths(tmp_path, module, system, pure):
    output_dir = pathlib.PurePosixPath("outputs/run 1")
    path = saved(tmp_path, {"model_state_dict": STATE, "config": {"output_dir": output_dir}})
    written = type(output_dir).__module__.encode() + b"\nPurePosixPath"
    found = load(renamed(path, written, module + b"\n" + system)).config["output_dir"]
    assert type(found) is pure and found.as_posix() == "outputs/run 1"


class Payload:
    """Runs code when unpickled."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    ("function", "named"),
    [
        (os.mkdir, "mkdir"),
        (os.system, "system"),
        (builtins.eval, "eval"),
        (subprocess.Popen, "Popen"),
        (functools.partial, "functools.partial"),
        (np.ones, "numpy.ones"),
    ],
)
@pytest.mark.parametrize("new_format", [True, False])
def test_file_that_asks_for_code_is_refused_by_name_and_nothing_runs(tmp_path, function, named, new_format):
    target = tmp_path / "made by the payload"
    arguments = {
        os.mkdir: str(target),
        os.system: f"mkdir '{target}'",
        builtins.eval: f"__import__('os').mkdir({str(target)!r})",
    }
    content = {"model_state_dict": STATE, "config": Payload(function, arguments.get(function, 3))}
    path = saved(tmp_path, content, _use_new_zipfile_serialization=new_format)
    with pytest.raises(ModelError, match=rf"best_model\.pt is refused: it asks for .*{named}") as caught:
        load(path)
    assert not target.exists() and "\n" not in str(caught.value)


def test_bare_pickle_with_a_payload_is_refused(tmp_path):
    path = tmp_path / "plain.pt"
    for protocol in range(6):
        path.write_bytes(pickle.dumps(Payload(os.mkdir, str(tmp_path / "made")), protocol))
        with pytest.raises(ModelError, match=r"asks for (posix|nt)\.mkdir"):
            load(path)
    assert not (tmp_path / "made").exists()


def test_model_object_instead_of_its_state_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"asks for torch\.nn\.modules\.linear\.Linear"):
        load(saved(tmp_path, torch.nn.Linear(2, 2)))


@pytest.mark.parametrize(
    "content",
    [
        b"this is text",
        b"<html>log in</html>",
        bytes(4096),
        b"PK\x03\x04cut",
        b"\x80\x05\x95",
        b"version https://git-lfs",
    ],
)
def test_file_that_is_no_checkpoint(tmp_path, content):
    path = tmp_path / "best_model.pt"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"best_model\.pt is damaged, cut off, or not a PyTorch") as caught:
        load(path)
    assert "\n" not in str(caught.value)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.floats(0, 0.999), flips=st.lists(st.integers(0, 10**6), max_size=4), new_format=st.booleans())
def test_damaged_files_give_a_model_error_or_load_never_a_crash(tmp_path, cut, flips, new_format):
    buffer = io.BytesIO()
    torch.save(
        {"model_state_dict": STATE, "val": np.float64(1)}, buffer, _use_new_zipfile_serialization=new_format
    )
    data = bytearray(buffer.getvalue())
    for flip in flips:
        data[flip % len(data)] ^= 1 << (flip % 8)
    path = tmp_path / "best_model.pt"
    path.write_bytes(data[: max(1, int(len(data) * (cut if not flips else 1)))])
    try:
        load(path)
    except ModelError as error:
        assert "\n" not in str(error)


def test_paths_that_are_no_file(tmp_path):
    with pytest.raises(WeightsMissingError, match="does not exist; correct its path"):
        checkpoint_hash(tmp_path / "best_model.pt")
    (tmp_path / "run").mkdir()
    with pytest.raises(WeightsCorruptError, match="is a folder"):
        checkpoint_hash(tmp_path / "run")
    (tmp_path / "empty.pt").touch()
    with pytest.raises(WeightsCorruptError, match=r"is empty \(0 bytes\)"):
        checkpoint_hash(tmp_path / "empty.pt")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_dangling_and_circular_links(tmp_path):
    (tmp_path / "link.pt").symlink_to(tmp_path / "gone.pt")
    with pytest.raises(WeightsMissingError, match=r"is a link to .*gone\.pt, which is not there"):
        checkpoint_hash(tmp_path / "link.pt")
    (tmp_path / "loop.pt").symlink_to(tmp_path / "loop.pt")
    with pytest.raises(WeightsMissingError, match="is a link to"):
        checkpoint_hash(tmp_path / "loop.pt")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_named_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe.pt")
    with pytest.raises(WeightsCorruptError, match="not a regular file"):
        checkpoint_hash(tmp_path / "pipe.pt")


@pytest.mark.parametrize(
    "content", [[1, 2], {"epoch": 1}, {}, {"model_state_dict": [STATE]}, {3: torch.ones(1)}]
)
def test_file_without_named_tensors(tmp_path, content):
    with pytest.raises(ModelError, match=r"not named tensors|no model_state_dict"):
        load(saved(tmp_path, content))


def test_config_that_is_no_mapping(tmp_path):
    with pytest.raises(ModelError, match="a config that is a str"):
        load(saved(tmp_path, {"model_state_dict": STATE, "config": "configs/ava.yaml"}))


def test_file_that_would_unpack_to_far_more_than_a_network_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.models.checkpoint_guard.MAX_BYTES", 1_000_000)
    path = tmp_path / "bomb.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb/data/0", bytes(2_000_000))
    assert path.stat().st_size < 10_000
    with pytest.raises(ModelError, match="would unpack to 2,000,000 bytes"):
        load(path)


def test_file_replaced_after_it_was_hashed_is_refused(tmp_path):
    path = saved(tmp_path, STATE)
    sha256 = checkpoint_hash(path)
    saved(tmp_path, {"head.0.weight": torch.zeros(2, 3)})
    with pytest.raises(ModelError, match="was replaced"):
        load_checkpoint(path, sha256)


def test_safetensors_are_read_with_their_config_and_refused_when_damaged(tmp_path):
    from safetensors.torch import save_file

    path = tmp_path / "model.safetensors"
    save_file(STATE, path, metadata={"config": '{"model": {"output_mode": "regression"}}'})
    found = load(path)
    assert torch.equal(found.state["head.0.weight"], STATE["head.0.weight"])
    assert found.config == {"model": {"output_mode": "regression"}}
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(ModelError, match="damaged or not a safetensors file"):
        load(path)


def test_odd_scalars_in_a_file(tmp_path):
    content = {
        "model_state_dict": STATE,
        "epoch": np.int64(7),
        "best": np.bool_(True),
        "val": np.float32(0.5),
    }
    assert load(saved(tmp_path, content)).extras == {"epoch": 7, "best": True, "val": 0.5}
