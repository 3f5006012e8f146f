"""Preparing models leaves converted networks behind, and says what could not be loaded."""

from __future__ import annotations

import shutil
from pathlib import Path

from engine.models.prepare import prepare
from engine.models.registry import build_lineup
from engine.paths import DataDir
from engine.settings import load_settings
from engine.types import Role


def _data_dir(tmp_path: Path, weights_dir: Path) -> DataDir:
    data_dir = DataDir(tmp_path / "data")
    shutil.copytree(weights_dir, data_dir.models)
    return data_dir


def test_networks_are_ready_afterwards(tmp_path: Path, weights_dir: Path):
    data_dir = _data_dir(tmp_path, weights_dir)
    lineup = build_lineup(load_settings(), data_dir)
    assert prepare(lineup) == []
    digest = lineup.scorers[Role.AESTHETIC].info.sha256
    assert digest is not None
    kept = [path.name for path in data_dir.converted.iterdir()]
    assert any(name.startswith(digest[:32]) for name in kept)


def test_a_model_that_cannot_be_loaded_is_named_and_the_others_are_prepared(
    tmp_path: Path, weights_dir: Path
):
    data_dir = _data_dir(tmp_path, weights_dir)
    lineup = build_lineup(load_settings(), data_dir)
    weights = data_dir.models / "weights_aisthetics.hdf5"
    weights.write_bytes(weights.read_bytes()[:-1])
    failures = prepare(lineup)
    # Learned quality and the learned comparator look through NIMA's network too.
    assert [failure.split(":")[0] for failure in failures] == ["aesthetic", "quality", "comparator"]
    assert all("weights_aisthetics.hdf5" in failure for failure in failures)
    assert any(path.suffix == ".npz" for path in data_dir.converted.iterdir())
