"""Which device the networks run on, decided without importing torch wherever that is possible."""

from __future__ import annotations

import ctypes
import platform
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.errors import UsageError

ADVICE = "Use --device auto or --device cpu."


@dataclass(frozen=True, slots=True)
class Device:
    """A torch device name ("cpu", "cuda", "cuda:1", "mps"), and a note when it needs explaining."""

    name: str
    note: str | None = None


def choose_device(requested: str) -> Device:
    """Return the device for `auto`, `cpu`, `mps`, `cuda` or `cuda:N`.

    `auto` takes CUDA, then MPS, then the CPU. Raises UsageError for a name that is none of these and
    for a device that is not there: who names a device never gets another one silently.
    """
    if requested == "cpu":
        return Device("cpu")
    if requested == "auto":
        return _best_device()
    if requested == "mps":
        return _mps_device()
    match = re.fullmatch(r"cuda(?::([0-9]{1,3}))?", requested)
    if match is None:
        raise UsageError(f"Unknown device {requested!r}. Use auto, cpu, cuda, cuda:N or mps.")
    return _cuda_device(None if match[1] is None else int(match[1]))


def _best_device() -> Device:
    """CUDA, then MPS, then the CPU; says why when a driver is there but torch cannot use it."""
    if _is_apple_silicon():
        return Device("mps") if _torch_sees_mps() else Device("cpu", "this build of torch has no MPS")
    if not _has_gpu_driver():
        return Device("cpu")
    count, trouble = _torch_cuda_devices()
    return Device("cuda") if count else Device("cpu", f"a GPU driver is installed, but {trouble}")


def _cuda_device(index: int | None) -> Device:
    if not _has_gpu_driver():
        raise UsageError(
            "There is no CUDA device: no GPU driver is installed. Use --device auto or --device cpu."
        )
    count, trouble = _torch_cuda_devices()
    if not count:
        raise UsageError(f"No CUDA device can be used: {trouble}. {ADVICE}")
    if index is not None and index >= count:
        there = "only cuda:0 is" if count == 1 else f"cuda:0 to cuda:{count - 1} are"
        raise UsageError(f"There is no device cuda:{index}: {there} there.")
    return Device("cuda" if index is None else f"cuda:{index}")


def _mps_device() -> Device:
    if not _is_apple_silicon():
        raise UsageError(f"MPS needs a Mac with Apple silicon. {ADVICE}")
    if not _torch_sees_mps():
        raise UsageError(f"MPS cannot be used with this build of torch. {ADVICE}")
    return Device("mps")


def _is_apple_silicon() -> bool:
    return sys.platform == "darwin" and platform.machine() == "arm64"


@cache
def _has_gpu_driver() -> bool:
    """Whether torch could find a CUDA (or ROCm) driver: a few microseconds instead of importing torch."""
    if sys.platform == "darwin":
        return False
    if Path("/dev/kfd").exists():  # the kernel's ROCm device; torch calls it "cuda" too
        return True
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True


def _torch_cuda_devices() -> tuple[int, str]:
    """Return how many CUDA devices torch can use and, when none, why."""
    import warnings

    import torch

    if torch.version.cuda is None and torch.version.hip is None:
        return 0, f"torch {torch.__version__} was built without CUDA"
    with warnings.catch_warnings(record=True) as caught:  # torch warns where we say it in the sentence
        warnings.simplefilter("always")
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    why = str(caught[0].message).splitlines()[0] if caught else "torch finds no GPU"
    return count, why


def _torch_sees_mps() -> bool:
    import torch

    return torch.backends.mps.is_available()
