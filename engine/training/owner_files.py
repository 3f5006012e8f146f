"""Writes checkpoints exactly as owners have them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import TrainingError, first_line
from engine.training.settings import ComparatorRun, Run, as_plain

if TYPE_CHECKING:
    from torch import nn


def write_checkpoint(path: Path, network: nn.Module, run: Run, epoch: int, metrics: dict[str, float]) -> None:
    """Write epoch, tensors, metric and configuration. Raises TrainingError when that is not possible."""
    state = {name: tensor.detach().cpu().clone() for name, tensor in network.state_dict().items()}
    metric = "val_acc" if isinstance(run, ComparatorRun) else "val_spearman"
    content = {
        "epoch": epoch,
        "model_state_dict": state,
        metric: np.float64(metrics[metric]),
        "config": file_config(run, metrics),
    }
    save_whole(path, content)


def file_config(run: Run, metrics: dict[str, float]) -> dict[str, Any]:
    """Return the configuration that goes into the file: plain values, and what the classes mean."""
    config = as_plain(run)
    config["model"]["pretrained"] = run.model.pretrained is not None  # as owners' loaders know it
    config["metrics"] = {name: float(value) for name, value in metrics.items()}
    if isinstance(run, ComparatorRun):
        config["class_meaning"] = {"0": "first photo better", "1": "second photo better"}
        config["transform_type"] = run.preparation.kind
    return config


def save_whole(path: Path, content: dict[str, Any]) -> None:
    """Write with torch beside the place, then put in place: a file is whole or not there."""
    import torch

    beside = path.with_name(path.name + ".part")
    try:
        torch.save(content, beside)
        beside.replace(path)
    except (OSError, RuntimeError) as error:  # torch raises RuntimeError when a disk is full
        beside.unlink(missing_ok=True)
        raise TrainingError(
            f"{path} cannot be written: {error}. Make room or choose another output_dir, then go on with "
            "--resume."
        ) from error


def load_whole(path: Path) -> dict[str, Any]:
    """Read what `save_whole` wrote: tensors and plain values, nothing else is accepted.

    Raises TrainingError for a file that is damaged or asks for more.
    """
    import torch

    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, MemoryError) as error:
        raise TrainingError(f"{path} cannot be read: {first_line(error)}. It may be whole.") from error
    except Exception as error:  # damaged bytes make the unpickler raise anything at all
        raise TrainingError(
            f"{path} is damaged: {first_line(error)}. Delete its folder and start the run anew."
        ) from error
