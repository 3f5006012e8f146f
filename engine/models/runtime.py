"""Chooses what runs a network: OpenVINO on CPUs if its answers are those of torch, else torch."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError, RuntimeUnfitError
from engine.models.converted import find_or_convert
from engine.models.device import Device
from engine.models.network import NetworkSource, Runner
from engine.models.openvino_runner import OpenVinoRunner
from engine.models.placement import Place, place_network
from engine.models.preload import TORCH, preload
from engine.models.torch_runner import TorchRunner


@dataclass(frozen=True, slots=True)
class Opened:
    """A network that runs, and what else its checkpoint holds (see Built)."""

    runner: Runner
    facts: dict[str, Any]
    arrays: dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Runtime:
    """The `runtime` setting, and where converted networks are kept. `place` puts torch on a device."""

    choice: str = "torch"  # auto | torch | openvino
    converted: Path | None = None  # None: nothing is kept, so OpenVINO is not used by "auto"
    place: Place = place_network

    def open(self, source: NetworkSource, device: Device, batch_size: int, cpu_threads: int = 1) -> Opened:
        """Open a network on a device. Raises ModelError when it cannot run."""
        note = device.note
        if self._openvino_fits(device):
            try:
                return self._with_openvino(source, device, batch_size, cpu_threads)
            except RuntimeUnfitError as error:
                if self.choice == "openvino":
                    raise ModelError(str(error)) from error
                note = "; ".join(n for n in (note, f"torch, not OpenVINO: {error}") if n)
        elif self.choice == "openvino":
            note = f"OpenVINO runs on CPUs: torch runs on {device.name}"
        return self._with_torch(source, Device(device.name, note), batch_size, cpu_threads)

    def _openvino_fits(self, device: Device) -> bool:
        if device.name != "cpu" or self.choice == "torch" or self.converted is None:
            return False
        return self.choice == "openvino" or find_spec("openvino") is not None

    def _with_openvino(
        self, source: NetworkSource, device: Device, batch_size: int, cpu_threads: int
    ) -> Opened:
        assert self.converted is not None
        if find_spec("openvino") is None:
            raise RuntimeUnfitError("OpenVINO is not installed (pip install openvino)")
        converted = find_or_convert(source, self.converted)

        def rescue() -> Runner:
            return self._with_torch(source, Device("cpu"), batch_size, cpu_threads).runner

        runner = OpenVinoRunner(
            converted, batch_size, cpu_threads, rescue, note=device.note, outcome=source.outcome
        )
        return Opened(runner, converted.facts, converted.arrays)

    def _with_torch(self, source: NetworkSource, device: Device, batch_size: int, threads: int) -> Opened:
        preload(*TORCH)
        built = source.build()
        shape, outcome = built.input_shape, source.outcome
        runner = TorchRunner(built.network, device, batch_size, threads, self.place, shape, outcome)
        return Opened(runner, built.facts, built.arrays)
