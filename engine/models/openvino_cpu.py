"""OpenVINO on this CPU: compiling a model for one precision, and the name to show for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.errors import RuntimeUnfitError, first_line
from engine.models.offline import import_openvino
from engine.models.openvino_core import openvino_core

if TYPE_CHECKING:
    import openvino

PRECISIONS = ("f16", "bf16", "f32")  # the fastest first; of equally fast ones the more exact first


def compiled(model: openvino.Model, precision: str, cpu_threads: int) -> Any | None:
    """Return the compiled model; None when this CPU has no instructions for that precision.

    Raises RuntimeUnfitError when OpenVINO cannot run the model.
    """
    options = {
        "INFERENCE_PRECISION_HINT": precision,
        "INFERENCE_NUM_THREADS": cpu_threads,
        "PERFORMANCE_HINT": "LATENCY",
        "ENABLE_CPU_PINNING": False,  # decoding threads share these cores
    }
    try:
        found = openvino_core().compile_model(model, "CPU", options)
    except RuntimeError as error:
        raise RuntimeUnfitError(f"OpenVINO cannot run this network: {first_line(error)}") from error
    used = found.get_property("INFERENCE_PRECISION_HINT").get_type_name()
    return found if used == precision else None


def fix_size(model: openvino.Model, shape: tuple[int, ...]) -> None:
    """Have a model take inputs of one shape only, which is faster by a seventh. Raises RuntimeUnfitError."""
    try:
        model.reshape(list(shape))
    except RuntimeError as error:
        raise RuntimeUnfitError(f"OpenVINO cannot run this network: {first_line(error)}") from error


def runtime_name(precision: str) -> str:
    return f"OpenVINO {import_openvino().__version__.split('-')[0]} {precision}"
