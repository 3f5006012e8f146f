"""The self-test: is this file a model, does it run, and does it know anything?"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.album.decode import Decoded
from engine.checking.file_facts import FileFacts, own_weights, read_facts
from engine.checking.knowledge import Knowledge, Verdict, judge
from engine.checking.known_faces import ask_faces
from engine.checking.known_pairs import KnownPhotos
from engine.checking.questions import Report, ask_comparator, ask_scorer
from engine.checking.report import CheckReport
from engine.comparing.learned import LearnedComparator
from engine.comparing.siamese import FIRST, SiameseComparator
from engine.errors import ModelError, WeightsNotFiniteError
from engine.events import CancelToken
from engine.models.checkpoint import checkpoint_hash
from engine.models.device import Device
from engine.models.manifest import Weights, load_manifest
from engine.models.runtime import Runtime
from engine.scoring.aesthetic import NimaScorer
from engine.scoring.aesthetic_owner import AvaCheckpointScorer
from engine.scoring.base import ModelInfo, Scorer
from engine.scoring.portrait import PortraitScorer
from engine.scoring.quality_learned import LearnedQualityScorer
from engine.settings import PortraitAnalysis, load_settings
from engine.types import Role

TIMED_PHOTOS = 5
Model = Scorer | SiameseComparator | LearnedComparator
Look = Callable[[Sequence[Decoded]], Sequence[object]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where and how a model is run for its check: as it is run when culling."""

    device: Device
    runtime: Runtime
    batch_size: int = 4
    models_dir: Path = Path()  # where installed weights lie
    faces: PortraitAnalysis | None = None  # None: as the documented defaults have it


def check_file(
    path: Path, place: Place, known: KnownPhotos, report: Report, cancel: CancelToken
) -> CheckReport:
    """Check a weights file: an owner's checkpoint or an embedded default.

    Raises ModelError in one sentence when it cannot be read, is refused, or is nothing that can be checked;
    Stopped when cancelled.
    """
    path = path.expanduser().absolute()
    sha256 = checkpoint_hash(path)
    facts = read_facts(path, sha256)
    return check_model(_model_of(path, sha256, facts, place), facts, known, report, cancel)


def check_model(
    model: Model, facts: FileFacts | None, known: KnownPhotos, report: Report, cancel: CancelToken
) -> CheckReport:
    """Load a model, time it, and ask it about known pairs. It is closed afterwards."""
    try:
        run = _run(model, known, report, cancel)
    except WeightsNotFiniteError as error:
        return _report(model.info, facts, known, _Run(Verdict.NAN, notes=(str(error),)))
    finally:
        model.close()
    return _report(model.info, facts, known, run)


@dataclass(frozen=True, slots=True)
class _Run:
    verdict: Verdict
    load_seconds: float | None = None
    ms_per_photo: float | None = None
    knowledge: Knowledge | None = None
    notes: tuple[str, ...] = ()


def _run(model: Model, known: KnownPhotos, report: Report, cancel: CancelToken) -> _Run:
    started = time.perf_counter()
    model.load()
    loaded = time.perf_counter() - started
    look: Look = model.prepare if isinstance(model, SiameseComparator | LearnedComparator) else model.score
    knowledge = _ask(model, known, report, cancel)
    latency = _milliseconds(look, [photo.original for photo in known.photos[:TIMED_PHOTOS]])
    return _Run(knowledge.verdict, loaded, latency, knowledge, _notes(model.info, known))


def _ask(model: Model, known: KnownPhotos, report: Report, cancel: CancelToken) -> Knowledge:
    if isinstance(model, LearnedComparator | SiameseComparator):
        return judge(ask_comparator(model, known.photos, report, cancel))
    if model.info.role is Role.PORTRAIT:
        return ask_faces(model, known.photos, report, cancel)
    return judge(ask_scorer(model, known.photos, report, cancel))


def _milliseconds(look: Look, images: Sequence[Decoded]) -> float:
    """Return the median time of one photo by itself; the network is warm."""
    times: list[float] = []
    for image in images:
        started = time.perf_counter()
        look([image])
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def _notes(info: ModelInfo, known: KnownPhotos) -> tuple[str, ...]:
    return tuple(note for note in (info.note, known.lacking) if note)


def _report(info: ModelInfo, facts: FileFacts | None, known: KnownPhotos, run: _Run) -> CheckReport:
    return CheckReport(
        file=info.checkpoint,
        sha256=info.sha256,
        name=info.name,
        version=info.version,
        facts=facts,
        device=info.device,
        runtime=info.runtime,
        load_seconds=run.load_seconds,
        ms_per_photo=run.ms_per_photo,
        photos_from=known.source,
        knowledge=run.knowledge,
        verdict=run.verdict,
        notes=run.notes,
    )


def _model_of(path: Path, sha256: str, facts: FileFacts, place: Place) -> Model:
    embedded = next((weights for weights in load_manifest() if weights.sha256 == sha256), None)
    if embedded is not None:
        return _embedded(path, embedded, place)
    if own_weights(sha256) is not None:
        return _of_our_own(facts.role, place.models_dir, place)
    if facts.role is Role.COMPARATOR:
        # Its polarity is what will be found out; none has to be known to ask it.
        return SiameseComparator(path, place.device, place.batch_size, FIRST, runtime=place.runtime)
    return AvaCheckpointScorer(path, place.device, place.batch_size, place.runtime)


def _of_our_own(role: Role, models_dir: Path, place: Place) -> Model:
    kind = LearnedQualityScorer if role is Role.QUALITY else LearnedComparator
    return kind(models_dir, place.device, place.batch_size, place.runtime)


def _embedded(path: Path, weights: Weights, place: Place) -> Model:
    """Return the model that an embedded default serves; it is looked for by its own name."""
    if path.name != weights.file:
        raise ModelError(f"The file {path} is an embedded default; rename it to {weights.file}.")
    if weights.role is Role.PORTRAIT:
        return PortraitScorer(path.parent, place.faces or load_settings().portrait_analysis, place.runtime)
    if weights.role is Role.QUALITY:
        return _of_our_own(Role.QUALITY, path.parent, place)
    return NimaScorer(path.parent, place.device, place.batch_size, place.runtime)
