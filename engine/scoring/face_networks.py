"""CenterFace's network in OpenCV, and faster in OpenVINO where its answers are the same."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError, RuntimeUnfitError, first_line
from engine.models.converted import read_arrays, write_arrays
from engine.models.openvino_core import openvino_core
from engine.models.openvino_cpu import PRECISIONS, compiled, runtime_name
from engine.models.probe import probe_pixels
from engine.models.runtime import Runtime

if TYPE_CHECKING:
    import openvino

log = logging.getLogger(__name__)

HEAT, SCALE, OFFSET, LANDMARKS = "537", "538", "539", "540"  # the network's outputs
PROBE_SHAPE = (320, 480, 3)
# How far the heat map (0..1) may lie from OpenCV's. Half precision stays below 0.003 on photos.
HEAT_TOLERANCE = 0.01

Maps = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]  # heat, scale, offset
Look = Callable[[NDArray[np.uint8]], Maps]  # of an RGB image (h, w, 3), sides multiples of 32


@dataclass(slots=True)
class FaceNetwork:
    """Runs the network. When OpenVINO fails in use OpenCV takes over, and `note` says so."""

    path: Path
    look: Look
    runtime: str
    note: str | None = None

    def maps(self, image: NDArray[np.uint8]) -> Maps:
        """Return heat map (h/4, w/4), scales and offsets (2, h/4, w/4) of an RGB image (h, w, 3)."""
        try:
            return self.look(image)
        except RuntimeError as error:
            if self.runtime == OPENCV:
                raise
            self.note = f"OpenVINO failed, OpenCV took over: {first_line(error)}"
            log.warning("%s", self.note)
            self.look, self.runtime = _in_opencv(self.path), OPENCV
            return self.look(image)


OPENCV = "OpenCV"


def open_face_network(path: Path, sha256: str, runtime: Runtime) -> FaceNetwork:
    """Open CenterFace's ONNX file in OpenVINO where `runtime` allows it, else in OpenCV.

    Raises ModelError when the file is no such network, or when OpenVINO is demanded and cannot run it.
    """
    if runtime.choice == "torch" or (runtime.choice == "auto" and find_spec("openvino") is None):
        return FaceNetwork(path, _in_opencv(path), OPENCV)
    try:
        return _in_openvino(path, _expected_heat(path, sha256, runtime.converted))
    except RuntimeUnfitError as error:
        if runtime.choice == "openvino":
            raise
        return FaceNetwork(path, _in_opencv(path), OPENCV, f"OpenCV, not OpenVINO: {error}")


def _expected_heat(path: Path, sha256: str, folder: Path | None) -> NDArray[np.float32]:
    """Return OpenCV's answer to the probe picture; kept, since OpenCV's network takes 70 MB."""
    kept = None if folder is None else folder / f"{sha256[:32]}-opencv.npz"
    found = None if kept is None else _kept_heat(kept)
    if found is not None:
        return found
    heat = _in_opencv(path)(_probe())[0]
    if kept is not None:
        try:
            write_arrays(kept, {"heat": heat})
        except OSError as error:
            log.warning("OpenCV's answer cannot be kept in %s: %s", kept, error)
    return heat


def _kept_heat(kept: Path) -> NDArray[np.float32] | None:
    """Return what is kept there; None where there is nothing, or nothing that can be used."""
    try:
        return read_arrays(kept)["heat"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        log.warning("OpenCV's answer in %s cannot be used and is made anew: %s", kept, error)
        return None


def _probe() -> NDArray[np.uint8]:
    return probe_pixels(PROBE_SHAPE)[1]


def _in_opencv(path: Path) -> Look:
    import cv2

    try:
        network: Any = cv2.dnn.readNetFromONNX(str(path))
    except cv2.error as error:
        raise ModelError(f"{path} cannot be loaded as CenterFace: {error.err}") from error

    def look(image: NDArray[np.uint8]) -> Maps:
        network.setInput(cv2.dnn.blobFromImage(image))  # RGB as it is, 0..255
        heat, scale, offset, _ = network.forward([HEAT, SCALE, OFFSET, LANDMARKS])
        return heat[0, 0], scale[0], offset[0]

    return look


def _in_openvino(path: Path, expected: NDArray[np.float32]) -> FaceNetwork:
    """Take the fastest precision that finds what OpenCV finds in a probe picture."""
    if find_spec("openvino") is None:
        raise RuntimeUnfitError("OpenVINO is not installed (pip install openvino)")
    model = _model(path)
    tried: list[str] = []
    for precision in PRECISIONS:
        found = compiled(model, precision, cpu_threads=1)
        if found is None:
            continue
        look = _looking(found.create_infer_request())
        off = float(np.abs(look(_probe())[0] - expected).max())
        if off <= HEAT_TOLERANCE:
            return FaceNetwork(path, look, runtime_name(precision))
        tried.append(f"{precision} is off by {off:.3f}")
    raise RuntimeUnfitError(f"OpenVINO's answers differ from OpenCV's: {', '.join(tried)}")


def _model(path: Path) -> openvino.Model:
    try:
        model = openvino_core().read_model(path)
        model.reshape([1, 3, -1, -1])
    except RuntimeError as error:
        raise RuntimeUnfitError(f"OpenVINO cannot read {path.name}: {first_line(error)}") from error
    return model


def _looking(request: openvino.InferRequest) -> Look:
    def look(image: NDArray[np.uint8]) -> Maps:
        pixels = np.ascontiguousarray(image.transpose(2, 0, 1)[None], dtype=np.float32)
        result = request.infer([pixels], share_inputs=True)
        heat, scale, offset = (np.array(result[name]) for name in (HEAT, SCALE, OFFSET))
        return heat[0, 0], scale[0], offset[0]

    return look
