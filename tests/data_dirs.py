"""Data directories for tests: the installed weights, and networks that were converted before."""

from __future__ import annotations

from pathlib import Path

from engine.paths import DataDir


def with_models(root: Path, weights_dir: Path) -> DataDir:
    """Make `root` a data directory that uses the installed weights.

    Converted networks lie where `models install` puts them, beside the weights: making them anew takes
    seconds per test.
    """
    data_dir = DataDir(root)
    converted = DataDir(weights_dir.absolute().parent).converted
    converted.mkdir(parents=True, exist_ok=True)
    data_dir.converted.parent.mkdir(parents=True)
    data_dir.models.symlink_to(weights_dir.absolute(), target_is_directory=True)
    data_dir.converted.symlink_to(converted, target_is_directory=True)
    return data_dir
