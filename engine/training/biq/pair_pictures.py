"""Pictures to fit the comparator on: clean photos and faulty copies of them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.comparing.framing import FRAMING, framing_of
from engine.comparing.traits import view_traits
from engine.models.opinion import VERSION, OpinionModel
from engine.models.views import VIEW_SIDE
from engine.training.biq.faults import FAULTS, FRAMING_FAULTS, Picture
from engine.training.biq.kept import Arrays, kept, key_of
from engine.training.biq.samples import Samples, both_views, read_pixels

CLEAN = 0.55  # opinion from which copies are made
CLEAN_PHOTOS = 250
FAULTS_EACH = 6
FILE_QUALITY = 95
BEST_JPEG, WORST_JPEG = 85, 8
PHOTO_SEED = 21


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture: `photo` is its place among the samples; `fault` is empty for the clean one."""

    photo: int
    fault: str
    picture: Picture


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of n pictures: of each view opinion, projected features and traits; the framing."""

    photos: NDArray[np.intp]  # places among the samples
    faults: NDArray[np.str_]
    opinions: NDArray[np.float64]  # (n, VIEWS)
    features: NDArray[np.float32]  # (n, VIEWS, P)
    traits: NDArray[np.float64]  # (n, VIEWS, VIEW_TRAITS)
    framings: NDArray[np.float64]  # (n, FRAMING)


def faulty_pictures(samples: Samples, places: NDArray[np.intp]) -> Iterator[Shown]:
    """Yield clean photos among `places`, saved anew, each followed by its faulty copies."""
    every = {**FAULTS, **FRAMING_FAULTS}
    clean = places[samples.opinions[places] >= CLEAN]
    order = np.random.default_rng(PHOTO_SEED).permutation(len(clean))[:CLEAN_PHOTOS]
    for number in order:
        place = int(clean[number])
        picture = read_pixels(samples.photos[place].path)
        yield Shown(place, "", _saved(picture, FILE_QUALITY))
        rng = np.random.default_rng([int(number), 1])
        for fault in rng.permutation(list(every))[:FAULTS_EACH]:
            strength = float(rng.uniform())
            if fault == "squeezed":
                copy = _saved(picture, round(BEST_JPEG * (WORST_JPEG / BEST_JPEG) ** strength))
            else:
                copy = _saved(every[fault](picture, strength, rng), FILE_QUALITY)
            yield Shown(place, str(fault), copy)


def plain_pictures(samples: Samples, places: NDArray[np.intp]) -> Iterator[Shown]:
    """Yield photos as they are."""
    for place in places:
        yield Shown(int(place), "", read_pixels(samples.photos[place].path))


def kept_measured(
    file: Path,
    shown: Callable[[], Iterator[Shown]],
    of: list[str],
    model: OpinionModel,
    on_picture: Callable[[int], None],
) -> Measured:
    """Return what `measure` finds of pictures of the photos `of`, from `file` if it did before."""
    key = key_of(
        FRAMING, VERSION, model.network.sha256s, VIEW_SIDE, CLEAN_PHOTOS, FAULTS_EACH, PHOTO_SEED, of
    )

    def found() -> Arrays:
        measured = measure(shown(), model, on_picture)
        return {field.name: getattr(measured, field.name) for field in fields(measured)}

    return Measured(**kept(file, key, found))


def measure(shown: Iterator[Shown], model: OpinionModel, on_picture: Callable[[int], None]) -> Measured:
    """Return what is known of each picture. Raises ModelError."""
    photos, faults, opinions, features, traits, framings = [], [], [], [], [], []
    for number, each in enumerate(shown, start=1):
        views = both_views(each.picture)
        photos.append(each.photo)
        faults.append(each.fault)
        thought, projected = model.think(views)
        opinions.append(thought)
        features.append(projected)
        traits.append([view_traits(view) for view in views])
        height, width = each.picture.shape[:2]
        framings.append(framing_of(views[0], width, height))
        on_picture(number)
    return Measured(
        np.array(photos),
        np.array(faults),
        np.array(opinions),
        np.array(features),
        np.array(traits, float),
        np.array(framings, float),
    )


def _saved(picture: Picture, quality: int) -> Picture:
    from PIL import Image

    data = io.BytesIO()
    Image.fromarray(picture).save(data, "JPEG", quality=quality)
    with Image.open(data) as image:
        return np.asarray(image.convert("RGB"))
