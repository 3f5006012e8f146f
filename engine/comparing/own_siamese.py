"""Opens the Siamese checkpoint that the settings name, with the polarity named there or measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.album.decode import Decoded
from engine.checking.known_pairs import known_photos
from engine.checking.memory import known_polarity, known_verdict
from engine.checking.polarity import measured_polarity
from engine.comparing.base import Prepared
from engine.comparing.siamese import FIRST, SECOND, VERSION, SiameseComparator
from engine.errors import ModelError, NothingToDoError
from engine.events import CancelToken, JobCancelled
from engine.models.device import Device
from engine.models.runtime import Runtime
from engine.settings import Settings

AUTO = "auto"
ADVICE = "If you know what it was trained to say, set quality_assessment.siamese_polarity to first or second."


def open_siamese(
    settings: Settings,
    library: Path,
    device: Device,
    batch_size: int,
    runtime: Runtime,
    cancel: CancelToken | None = None,
) -> SiameseComparator:
    """Return the owner's comparator; its polarity is that of the settings, else what was measured before,
    else it is measured when it is loaded, once per file.

    Raises WeightsMissingError, WeightsCorruptError, or ModelError where the polarity cannot be told.
    """
    asked = settings.quality_assessment
    assert asked.siamese_checkpoint is not None
    named = None if asked.siamese_polarity == AUTO else asked.siamese_polarity
    comparator = SiameseComparator(
        asked.siamese_checkpoint,
        device,
        batch_size,
        named,
        lambda it: _measured(it, library, cancel),
        runtime,
    )
    sha256 = comparator.info.sha256 or ""
    remembered = known_polarity(library, sha256, VERSION)
    if remembered is None:
        return comparator
    if named is None and remembered in (FIRST, SECOND):
        comparator.take_polarity(remembered)
    elif named is None:
        raise ModelError(_untold(asked.siamese_checkpoint, library, sha256))
    elif remembered in (FIRST, SECOND) and remembered != named:
        comparator.add_note(
            f"quality_assessment.siamese_polarity says that class 1 means the {named} photo is better, "
            f"but on known pairs it means the {remembered}"
        )
    return comparator


def _measured(comparator: SiameseComparator, library: Path, cancel: CancelToken | None) -> str:
    """Return "first" or "second". Raises ModelError where it cannot be told, JobCancelled when stopped."""
    path = Path(comparator.info.checkpoint or "")
    try:
        known_photos()
    except NothingToDoError as error:
        raise ModelError(
            f"What the answers of {path} mean cannot be measured: {error} It judges nothing. {ADVICE}"
        ) from error
    found = measured_polarity(library, comparator.info, _Stoppable(comparator, cancel))
    if found not in (FIRST, SECOND):
        raise ModelError(_untold(path, library, comparator.info.sha256 or ""))
    return found


def _untold(path: Path, library: Path, sha256: str) -> str:
    verdict = known_verdict(library, sha256, VERSION)
    why = f" (self-test: {verdict.value})" if verdict else ""
    return (
        f"The checkpoint {path} loads, but known pairs do not tell what its answers mean{why}. "
        f"It judges nothing. {ADVICE}"
    )


class _Stoppable:
    """Looks at one photo after the other, so that a run that is cancelled ends soon."""

    def __init__(self, comparator: SiameseComparator, cancel: CancelToken | None) -> None:
        self._comparator, self._cancel = comparator, cancel

    def prepare(self, images: Sequence[Decoded]) -> list[Prepared]:
        found: list[Prepared] = []
        for image in images:
            if self._cancel is not None and self._cancel.cancelled:
                raise JobCancelled
            found += self._comparator.prepare([image])
        return found

    def class_one(self, first: Prepared, second: Prepared) -> float:
        return self._comparator.class_one(first, second)
