"""Which device the networks run on, decided without importing torch wherever that is possible."""

from __future__ import annotations

import ctypes
import platform
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from engine.errors import UsageError
from engine.settings_files import Origin

OPTION = "--device"
ADVICE = "Say auto or cpu there."


@dataclass(frozen=True, slots=True)
class Device:
    """A torch device name ("cpu", "cuda", "cuda:1", "mps"), and a note when it needs explaining."""

    name: str
    note: str | None = None


class NamesDevice(Protocol):
    """Settings of any kind that name a device."""

    @property
    def device(self) -> str: ...

    @property
    def origin(self) -> Origin: ...


def device_of(settings: NamesDevice, requested: str | None = None) -> Device:
    """Return the device that the command line asks for, else the one of the settings.

    Raises UsageError naming the option, or file, line and key, when it is not there.
    """
    if requested is not None:
        return choose_device(requested)
    where = settings.origin.of("device")
    return choose_device(settings.device, f"{where}: device" if where else "device")


def choose_device(requested: str, asked_by: str = OPTION) -> Device:
    """Return the device for `auto`, `cpu`, `mps`, `cuda` or `cuda:N`.

    `auto` takes CUDA, then MPS, then the CPU. `asked_by` says who names it. Raises UsageError for a name
    that is none of these and for a device that is not there: who names one never gets another silently.
    """
    if requested == "cpu":
        return Device("cpu")
    if requested == "auto":
        return _best_device()
    match = re.fullmatch(r"cuda(?::([0-9]{1,3}))?", requested)
    if match is None and requested != "mps":
        raise UsageError(f"{asked_by}: unknown device {requested!r}. Use auto, cpu, cuda, cuda:N or mps.")
    trouble = _mps_trouble() if match is None else _cuda_trouble(match[1])
    if trouble is not None:
        raise UsageError(f"{asked_by}: {requested} cannot be used: {trouble}. {ADVICE}")
    return Device(requested)


def _best_device() -> Device:
    """CUDA, then MPS, then the CPU; says why when a driver is there but torch cannot use it."""
    if _is_apple_silicon():
        return Device("mps") if _torch_sees_mps() else Device("cpu", "this build of torch has no MPS")
    if not _has_gpu_driver():
        return Device("cpu")
    count, trouble = _torch_cuda_devices()
    return Device("cuda") if count else Device("cpu", f"a GPU driver is installed, but {trouble}")


def _cuda_trouble(number: str | None) -> str | None:
    """Return why a CUDA device, or that one, cannot be used; None when it can."""
    if not _has_gpu_driver():
        return "no GPU driver is installed on this computer"
    count, trouble = _torch_cuda_devices()
    if not count:
        return trouble
    if number is not None and int(number) >= count:
        return "only cuda:0 is there" if count == 1 else f"cuda:0 to cuda:{count - 1} are there"
    return None


def _mps_trouble() -> str | None:
    if not _is_apple_silicon():
        return "MPS needs a Mac with Apple silicon"
    return None if _torch_sees_mps() else "this build of torch has no MPS"


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
