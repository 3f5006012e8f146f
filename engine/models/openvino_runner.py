"""Runs a network through OpenVINO on the CPU, in the fastest precision that still gives torch's answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import RuntimeUnfitError
from engine.models.converted import Converted
from engine.models.network import Outputs, Pixels, Runner
from engine.models.offline import import_openvino
from engine.models.probe import Deviation, deviation, probe_pixels

if TYPE_CHECKING:
    import openvino

log = logging.getLogger(__name__)

PRECISIONS = ("f16", "bf16", "f32")


class OpenVinoRunner:
    """One converted network on the CPU. When OpenVINO fails, `rescue` takes over, and `note` says so."""

    def __init__(
        self,
        converted: Converted,
        batch_size: int,
        cpu_threads: int,
        rescue: Callable[[], Runner],
        precisions: Sequence[str] = PRECISIONS,
        note: str | None = None,
    ) -> None:
        """Compile the network. Raises RuntimeUnfitError when its answers are not torch's in any precision."""
        self._batch_size = max(1, batch_size)
        self._rescue = rescue
        self._rescued: Runner | None = None
        self._note = note
        self._request, self.precision, self.deviation = _compile(converted, cpu_threads, precisions)

    @property
    def device(self) -> str:
        return self._rescued.device if self._rescued else "cpu"

    @property
    def runtime(self) -> str:
        if self._rescued:
            return self._rescued.runtime
        return f"OpenVINO {import_openvino().__version__.split('-')[0]} {self.precision}"

    @property
    def note(self) -> str | None:
        notes = (self._note, self._rescued.note if self._rescued else None)
        return "; ".join(n for n in notes if n) or None

    def run(self, images: Sequence[Pixels]) -> Outputs:
        """Return the outputs for one or more images of one shape, in order. Raises ModelError."""
        if self._rescued:
            return self._rescued.run(images)
        try:
            steps = range(0, len(images), self._batch_size)
            parts = [self._infer(np.stack(images[i : i + self._batch_size])) for i in steps]
        except (RuntimeError, MemoryError) as error:  # all of OpenVINO's own errors are RuntimeErrors
            return self._start_rescue(error).run(images)
        return tuple(np.concatenate(arrays) for arrays in zip(*parts, strict=True))

    def _infer(self, batch: Pixels) -> Outputs:
        return _answers(self._request, batch)

    def _start_rescue(self, error: Exception) -> Runner:
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        log.warning("OpenVINO failed, torch takes over: %s", error)
        self._note = "; ".join(n for n in (self._note, f"OpenVINO failed, torch took over: {said}") if n)
        self._rescued = self._rescue()
        return self._rescued


def _compile(
    converted: Converted, cpu_threads: int, precisions: Sequence[str]
) -> tuple[openvino.InferRequest, str, Deviation]:
    """Return a request in the first precision whose answers to the probe pictures are torch's."""
    pixels = probe_pixels(converted.input_shape)
    tried: list[str] = []
    for wanted in precisions:
        compiled = _compiled(converted.model, wanted, cpu_threads)
        precision = str(compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name())
        if precision != wanted:
            continue  # this CPU has no instructions for it
        request = compiled.create_infer_request()
        off = deviation(_answers(request, pixels), converted.answers)
        if off.tolerable:
            return request, precision, off
        tried.append(f"{precision} is off by {off}")
    raise RuntimeUnfitError(
        f"OpenVINO's answers differ from torch's: {', '.join(tried) or 'no precision ran'}"
    )


def _compiled(model: openvino.Model, precision: str, cpu_threads: int) -> Any:
    options = {
        "INFERENCE_PRECISION_HINT": precision,
        "INFERENCE_NUM_THREADS": cpu_threads,
        "PERFORMANCE_HINT": "LATENCY",
        "ENABLE_CPU_PINNING": False,  # decoding threads share these cores
    }
    try:
        return import_openvino().Core().compile_model(model, "CPU", options)
    except RuntimeError as error:
        raise RuntimeUnfitError(f"OpenVINO cannot run this network: {str(error).splitlines()[0]}") from error


def _answers(request: openvino.InferRequest, batch: Pixels) -> Outputs:
    result = request.infer([batch], share_inputs=True)
    return tuple(np.array(result[i], dtype=np.float32) for i in range(len(result)))
