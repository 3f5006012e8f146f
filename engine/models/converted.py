"""Networks converted for OpenVINO, kept by checkpoint hash, so that a later start needs no torch.

Beside each lie the answers of torch in full precision to a few probe pictures: every start is checked
against them.
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import RuntimeUnfitError, first_line
from engine.models.network import Built, NetworkSource, Outputs, Pixels, Shape
from engine.models.offline import import_openvino
from engine.models.openvino_core import openvino_core
from engine.models.preload import TORCH, preload
from engine.models.probe import probe_pixels

if TYPE_CHECKING:
    import openvino
    from torch import nn

log = logging.getLogger(__name__)

FORMAT = 1
NETWORK, WEIGHTS, FACTS = "network.xml", "network.bin", "facts.json"
ANSWERS, ARRAYS = "answers.npz", "arrays.npz"


@dataclass(frozen=True, slots=True)
class Converted:
    """A network in OpenVINO's form, with torch's answers to the probe pictures."""

    model: openvino.Model
    input_shape: Shape
    facts: dict[str, Any]
    arrays: dict[str, NDArray[np.float32]]
    answers: Outputs


def find_or_convert(source: NetworkSource, folder: Path) -> Converted:
    """Return the network from `folder`, or build, convert and keep it there.

    Raises ModelError when the checkpoint cannot be used, RuntimeUnfitError when OpenVINO lacks what the
    network needs.
    """
    place = folder / f"{source.sha256[:32]}-{source.version}"
    found = _read(place)
    if found is not None:
        return found
    converted = _convert(source)
    try:
        _write(converted, place)
    except OSError as error:
        log.warning("The converted network cannot be kept in %s: %s. Later starts take longer.", place, error)
        return converted
    # As kept, for the same digits at every start: writing folds constants, which moves answers by 0.0001.
    return _read(place) or converted


def _read(place: Path) -> Converted | None:
    """Return what is kept there; None when there is nothing, or nothing that can be used."""
    openvino = import_openvino()
    try:
        facts = json.loads((place / FACTS).read_text(encoding="utf-8"))
        if facts["format"] != FORMAT or facts["openvino"] != openvino.__version__:
            return None
        answers, arrays = read_arrays(place / ANSWERS), read_arrays(place / ARRAYS)
        model = openvino_core().read_model(place / NETWORK, place / WEIGHTS)
    except FileNotFoundError:
        return None
    # Whatever is wrong with a kept file, the checkpoint is still there to make it anew.
    except (OSError, ValueError, KeyError, RuntimeError, EOFError, zipfile.BadZipFile) as error:
        log.warning("The converted network in %s cannot be used and is made anew: %s", place, error)
        return None
    height, width, channels = facts["input_shape"]
    in_order = tuple(answers[name] for name in sorted(answers))
    return Converted(model, (height, width, channels), facts["facts"], arrays, in_order)


def read_arrays(path: Path) -> dict[str, NDArray[np.float32]]:
    """Return the arrays of an .npz file. Raises OSError, ValueError or BadZipFile; runs nothing in it."""
    # Opened here: np.load leaves a damaged file open.
    with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def write_arrays(path: Path, arrays: dict[str, NDArray[np.float32]]) -> None:
    """Write an .npz file whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
        beside = Path(file.name)
        try:
            np.savez(file, **arrays)  # pyright: ignore[reportArgumentType]
            file.close()
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


def _convert(source: NetworkSource) -> Converted:
    preload(*TORCH)
    built = source.build()
    pixels = probe_pixels(built.input_shape)
    answers = full_precision_answers(built.network, pixels)
    model = _openvino_model(built, pixels)
    return Converted(model, built.input_shape, built.facts, built.arrays, answers)


def full_precision_answers(network: nn.Module, pixels: Pixels) -> Outputs:
    """Return what torch in full precision on the CPU answers to probe pictures."""
    import torch

    with torch.inference_mode():
        return tuple(output.float().numpy() for output in network(torch.from_numpy(pixels)))


def _openvino_model(built: Built, pixels: Pixels) -> openvino.Model:
    """Convert by the frontend itself: `openvino.convert_model` would send usage statistics."""
    import warnings

    import torch

    import_openvino()
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's advice on tracing; the answers are what counts
            example = (torch.from_numpy(pixels[:2]),)
            decoder = TorchScriptPythonDecoder(built.network, example_input=example)
            frontend = FrontEndManager().load_by_framework("pytorch")
            model = frontend.convert(frontend.load(decoder))
            model.reshape([-1, *built.input_shape])
    except Exception as error:  # an operator that OpenVINO lacks can surface as almost any exception
        log.debug("Conversion for OpenVINO", exc_info=True)
        raise RuntimeUnfitError(f"OpenVINO cannot run this network: {first_line(error)}") from error
    return model


def _write(converted: Converted, place: Path) -> None:
    """Write beside, then rename: what stands in `place` is always whole."""
    openvino = import_openvino()
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".new-", dir=place.parent))
    try:
        openvino.save_model(converted.model, beside / NETWORK, compress_to_fp16=False)
        answers = {f"{i:03d}": answer for i, answer in enumerate(converted.answers)}
        np.savez(beside / ANSWERS, **answers)  # pyright: ignore[reportArgumentType]
        np.savez(beside / ARRAYS, **converted.arrays)  # pyright: ignore[reportArgumentType]
        facts = {
            "format": FORMAT,
            "openvino": openvino.__version__,
            "input_shape": converted.input_shape,
            "facts": converted.facts,
        }
        (beside / FACTS).write_text(json.dumps(facts, indent=1), encoding="utf-8")
        if place.exists():
            shutil.rmtree(place)
        beside.replace(place)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
