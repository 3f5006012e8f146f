"""Runs a network through OpenVINO on the CPU, in the fastest precision that still gives torch's answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import RuntimeUnfitError, first_line
from engine.models.converted import Converted
from engine.models.network import Outputs, Pixels, Runner
from engine.models.openvino_cpu import PRECISIONS, compiled, fix_size, runtime_name
from engine.models.probe import Deviation, deviation, probe_pixels

if TYPE_CHECKING:
    import openvino

log = logging.getLogger(__name__)


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
        outcome: Callable[[Outputs], Outputs] = tuple,
    ) -> None:
        """Compile the network. Raises RuntimeUnfitError when its answers are not torch's in any precision."""
        self._batch_size = max(1, batch_size)
        self._rescue = rescue
        self._rescued: Runner | None = None
        self._note = note
        if self._batch_size == 1:
            fix_size(converted.model, (1, *converted.input_shape))
        self._request, self.precision, self.deviation = self._compile(
            converted, cpu_threads, precisions, outcome
        )

    @property
    def device(self) -> str:
        return self._rescued.device if self._rescued else "cpu"

    @property
    def runtime(self) -> str:
        if self._rescued:
            return self._rescued.runtime
        return runtime_name(self.precision)

    @property
    def note(self) -> str | None:
        notes = (self._note, self._rescued.note if self._rescued else None)
        return "; ".join(n for n in notes if n) or None

    def run(self, images: Sequence[Pixels]) -> Outputs:
        """Return the outputs for one or more images of one shape, in order. Raises ModelError."""
        if self._rescued:
            return self._rescued.run(images)
        try:
            return self._infer(self._request, images)
        except (RuntimeError, MemoryError) as error:  # all of OpenVINO's own errors are RuntimeErrors
            return self._start_rescue(error).run(images)

    def _infer(self, request: openvino.InferRequest, images: Sequence[Pixels]) -> Outputs:
        steps = range(0, len(images), self._batch_size)
        parts = [_answers(request, np.stack(images[i : i + self._batch_size])) for i in steps]
        return tuple(np.concatenate(arrays) for arrays in zip(*parts, strict=True))

    def _start_rescue(self, error: Exception) -> Runner:
        log.warning("OpenVINO failed, torch takes over: %s", error)
        said = f"OpenVINO failed, torch took over: {first_line(error)}"
        self._note = f"{self._note}; {said}" if self._note else said
        self._rescued = self._rescue()
        return self._rescued

    def _compile(
        self,
        converted: Converted,
        cpu_threads: int,
        precisions: Sequence[str],
        outcome: Callable[[Outputs], Outputs],
    ) -> tuple[openvino.InferRequest, str, Deviation]:
        """Return a request in the first precision whose answers to the probe pictures are torch's."""
        pixels = probe_pixels(converted.input_shape)
        expected = outcome(converted.answers)
        tried: list[str] = []
        for precision in precisions:
            found = compiled(converted.model, precision, cpu_threads)
            if found is None:
                continue
            request = found.create_infer_request()
            off = deviation(outcome(self._infer(request, list(pixels))), expected)
            if off.tolerable:
                return request, precision, off
            tried.append(f"{precision} is off by {off}")
        raise RuntimeUnfitError(
            f"OpenVINO's answers differ from torch's: {', '.join(tried) or 'no precision ran'}"
        )


def _answers(request: openvino.InferRequest, batch: Pixels) -> Outputs:
    result = request.infer([batch], share_inputs=True)
    return tuple(np.array(result[i], dtype=np.float32) for i in range(len(result)))
