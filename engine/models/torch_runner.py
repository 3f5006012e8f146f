"""Runs a torch network over images in batches: smaller batches when memory runs out, the CPU at last.

What had to be changed on the way is never silent: it stands in `note`, and `device` says where the
network runs now.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import re
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import psutil

from engine.errors import ModelError, first_line
from engine.models.device import Device
from engine.models.network import Outputs, Pixels, Shape
from engine.models.placement import Place, Placed, place_network
from engine.models.probe import deviation, probe_pixels

if TYPE_CHECKING:
    from torch import nn

log = logging.getLogger(__name__)

# CUDA, MPS and the CPU allocator each say it in their own words.
OUT_OF_MEMORY = re.compile(r"out of memory|not enough memory|can't allocate memory", re.IGNORECASE)


class TorchRunner:
    """One network on one device. Not for use from two threads at once."""

    def __init__(
        self,
        network: nn.Module,
        device: Device,
        batch_size: int,
        cpu_threads: int = 1,
        place: Place = place_network,
        input_shape: Shape | None = None,
        outcome: Callable[[Outputs], Outputs] | None = None,
    ) -> None:
        """Place the network; falls back to the CPU, with a note, when it does not fit on the device.

        With `input_shape` half precision is tried where the device offers it, and used when its answers to
        probe pictures (what `outcome` makes of them, if given) are those of full precision.

        Raises ModelError when it cannot be placed on the CPU either.
        """
        self.device = device.name
        self.batch_size = self._asked_batch_size = max(1, batch_size)
        self._network = network
        self._place = place
        self._cpu_threads = cpu_threads
        self._notes = [device.note] if device.note else []
        self._memory_note: str | None = None
        self._input_shape = input_shape
        self._outcome = outcome or (lambda outputs: outputs)
        self._placed = self._place_somewhere()

    @property
    def note(self) -> str | None:
        """What was changed on the way, in words; None when everything is as it was asked for."""
        notes = [self._memory_note, *self._notes] if self._memory_note else self._notes
        return "; ".join(notes) or None

    @property
    def runtime(self) -> str:
        import torch

        return f"torch {torch.__version__} {self._placed.precision} channels_last"

    def run(self, images: Sequence[Pixels]) -> Outputs:
        """Return the outputs for one or more images of one shape (height, width, channels), in order.

        Raises ModelError when even one image at a time on the CPU does not work.
        """
        parts: list[Outputs] = []
        start = 0
        while start < len(images):
            batch = np.stack(images[start : start + self.batch_size])
            outputs = self._try(batch)
            if outputs is not None:
                parts.append(outputs)
                start += len(batch)
        return tuple(np.concatenate(arrays) for arrays in zip(*parts, strict=True))

    def _try(self, batch: Pixels) -> Outputs | None:
        """Run one batch; None when something had to be changed and it is to be tried again."""
        try:
            return self._placed.run(batch)
        except (RuntimeError, MemoryError) as error:  # all of torch's own errors are RuntimeErrors
            trouble = _Trouble.of(error)
        if trouble.out_of_memory and len(batch) > 1:
            self._halve(len(batch))
        elif self.device != "cpu":
            self._fall_back(trouble)
        else:
            raise ModelError(f"The network failed on the CPU: {trouble.text}")
        return None

    def _halve(self, failed: int) -> None:
        self.batch_size = failed // 2
        where = self.device.split(":")[0].upper()
        self._memory_note = f"{where} out of memory; batch {self._asked_batch_size} -> {self.batch_size}"
        release_memory()

    def _fall_back(self, trouble: _Trouble) -> None:
        self._notes.append(f"fell back to CPU: {self.device}: {trouble.text}")
        self.device = "cpu"
        self.batch_size = self._asked_batch_size
        self._placed = self._place_somewhere()
        release_memory()

    def _place_somewhere(self) -> Placed:
        try:
            placed = self._place(self._network, self.device, self._cpu_threads)
            return self._in_half(placed) or placed
        except (RuntimeError, MemoryError, AssertionError) as error:  # torch asserts "not compiled with CUDA"
            trouble = _Trouble.of(error)
        if self.device == "cpu":
            raise ModelError(f"The network cannot be set up on the CPU: {trouble.text}")
        self._notes.append(f"fell back to CPU: {self.device}: {trouble.text}")
        self.device = "cpu"
        return self._place_somewhere()

    def _in_half(self, placed: Placed) -> Placed | None:
        """Return the network in half precision, if the device has it and the answers stay the same."""
        if placed.half is None or self._input_shape is None:
            return None
        pixels = probe_pixels(self._input_shape)
        off = deviation(self._outcome(placed.half(pixels)), self._outcome(placed.run(pixels)))
        log.info("Half precision on %s is off by %s", self.device, off)
        if not off.tolerable:
            self._notes.append(f"full precision: half precision is off by {off} on {self.device}")
            return None
        return Placed(placed.half, "fp16")


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What went wrong, without the exception: its traceback would keep the failed batch in memory."""

    text: str
    out_of_memory: bool

    @classmethod
    def of(cls, error: BaseException) -> _Trouble:
        import torch

        text = first_line(error)
        is_memory_error = isinstance(error, MemoryError | torch.OutOfMemoryError)
        return cls(text, is_memory_error or OUT_OF_MEMORY.search(text) is not None)


def physical_cores() -> int:
    """Return how many cores a slow network may use; more threads than these only wait for one another."""
    return psutil.cpu_count(logical=False) or 1


def release_memory() -> None:
    """Give memory of networks and batches that are no longer used back to the device."""
    torch = sys.modules.get("torch")
    # Never off the main thread: a collection there would destroy Qt objects of the window on a worker.
    if threading.current_thread() is threading.main_thread():
        gc.collect()
    if torch is not None and torch.cuda.is_initialized():
        with contextlib.suppress(RuntimeError):  # a lost GPU cannot release anything
            torch.cuda.empty_cache()
