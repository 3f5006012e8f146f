"""`train default-comparator`: the shipped comparator's head, on the opinion head that is trained already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.comparing.framing import PARTS, crop_evidence
from engine.models.opinion import WEIGHTS, OpinionModel
from engine.training.biq.calibration import development_series, fit_temperature
from engine.training.biq.faults import CROPS
from engine.training.biq.opinion_fit import FitSettings
from engine.training.biq.pair_fit import Crops, Pairs, Seen, fit_head, human_pairs
from engine.training.biq.pair_pictures import Measured, Shown, faulty_pictures, kept_measured, plain_pictures
from engine.training.biq.quality import HELD_OUT_WEIGHTS, held_out
from engine.training.biq.samples import LEAK_FREE, Samples, choose_samples
from engine.training.biq.tuning import Say
from engine.training.biq.weights_file import write_weights

NAME = "comparator"
Opened = Callable[[Path, str], OpinionModel]
Show = Callable[[Samples, NDArray[np.intp]], Iterator[Shown]]


def train_comparator(data: Path, splits: Path, out: Path, opened: Opened, seed: int, say: Say) -> str:
    """Fit the head to OUT/quality.safetensors, write OUT/comparator.*, return its SHA-256.

    Raises UsageError, ModelError.
    """
    samples = choose_samples(data, splits, LEAK_FREE)
    series = development_series(data, splits)
    plain, faulty = _strange(samples, out, opened(out, HELD_OUT_WEIGHTS), say)
    network = opened(out, WEIGHTS)
    scenes = _measured(out, "series", series, np.arange(len(series.photos)), plain_pictures, network, say)
    tensors, counts = fit_comparator(samples, plain, faulty, seed)
    say(f"{counts[0]} pairs by people, {counts[1]} of faults, {counts[2]} of crops")
    temperature = fit_temperature(series, scenes, tensors)
    tensors["temperature"] = np.array([temperature], np.float32)
    facts = {
        "network_sha256": network.weights.sha256,
        "pairs": dict(zip(("people", "faults", "crops"), counts, strict=True)),
        "seed": seed,
    }
    return write_weights(out, NAME, tensors, facts)


def _strange(samples: Samples, out: Path, model: OpinionModel, say: Say) -> tuple[Measured, Measured]:
    """Return what is known of photos, and of clean ones with faulty copies, by weights that saw none of them.

    So are opinions in use: of photos that nothing was trained on.
    """
    places = np.flatnonzero(held_out(samples, FitSettings().seed))
    return (
        _measured(out, "plain", samples, places, plain_pictures, model, say),
        _measured(out, "faulty", samples, places, faulty_pictures, model, say),
    )


def _measured(
    out: Path,
    name: str,
    samples: Samples,
    places: NDArray[np.intp],
    shown: Show,
    model: OpinionModel,
    say: Say,
) -> Measured:
    names = [samples.photos[place].name for place in places]
    file = out / f"{name}.npz"
    try:
        return kept_measured(file, lambda: shown(samples, places), names, model, _progress(say))
    finally:
        model.close()


def fit_comparator(
    samples: Samples, plain: Measured, faulty: Measured, seed: int
) -> tuple[dict[str, NDArray[np.float32]], tuple[int, int, int]]:
    """Return the tensors, and how many pairs they were fitted to: by people, of faults, of crops."""
    seen = _joined([Seen(each.opinions, each.features, each.traits) for each in (plain, faulty)])
    people = samples.opinions[np.concatenate([plain.photos, faulty.photos])]
    by_people = human_pairs(people, np.arange(len(plain.photos)), seed)
    is_crop = np.isin(faulty.faults, CROPS)
    by_faults = fault_pairs(faulty, len(plain.photos), (faulty.faults != "") & ~is_crop)
    cropped = fault_pairs(faulty, len(plain.photos), is_crop)
    framings = np.concatenate([plain.framings, faulty.framings])
    pairs = zip(framings[cropped.first], framings[cropped.second], strict=True)
    crops = Crops(cropped, np.array([crop_evidence(*pair) for pair in pairs]).reshape(-1, PARTS))
    counts = (len(by_people.first), len(by_faults.first), len(cropped.first))
    return fit_head(seen, by_people, by_faults, crops, seed), counts


def fault_pairs(faulty: Measured, offset: int, which: NDArray[np.bool_]) -> Pairs:
    """Return pairs of a clean picture and each of its copies `which`, the clean one first."""
    clean = {int(photo): i for i, photo in enumerate(faulty.photos) if not faulty.faults[i]}
    copies = np.flatnonzero(which)
    originals = np.array([clean[int(faulty.photos[i])] for i in copies], dtype=np.intp)
    return Pairs(originals + offset, copies + offset, np.ones(len(copies)))


def _joined(parts: list[Seen]) -> Seen:
    return Seen(
        np.concatenate([part.opinions for part in parts]),
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.traits for part in parts]),
    )


def _progress(say: Say) -> Callable[[int], None]:
    def on_picture(done: int) -> None:
        if done % 500 == 0:
            say(f"{done} pictures measured")

    return on_picture
