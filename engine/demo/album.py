"""Builds the demo album in a folder, or goes on where an earlier build stopped."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from engine.demo.manifest import MANIFEST, NONE_YET, RECIPE, Manifest, read_manifest, size_of, write_manifest
from engine.demo.plan import Shot, shots
from engine.demo.sources import SOURCES, Source, gather
from engine.errors import UsageError

PARTIAL = ".framepick-demo-part-"

OnProgress = Callable[[int, int], None]  # shots there, shots in all


@dataclass(frozen=True, slots=True)
class DemoAlbum:
    """What is in the album. `missing` says per photograph why its frames are not there."""

    files: int
    photographs: int
    megabytes: float
    missing: dict[str, str]
    built: int  # shots made by this call


def make_album(folder: Path, on_progress: OnProgress, shareable_only: bool = False) -> DemoAlbum:
    """Make the album in `folder`; frames that are there already stay.

    `shareable_only` leaves out photographs whose licence does not allow pictures of them to be published.
    A frame is under its name only if it was written to its end. Raises UsageError when the folder holds
    files but no demo album.
    """
    sources = [source for source in SOURCES if source.shareable or not shareable_only]
    manifest = read_manifest(folder)
    built = 0
    if manifest is None or not _is_complete(folder, manifest, sources):
        _prepare(folder, is_ours=manifest is not None)
        manifest, built = _build(folder, manifest or NONE_YET, sources, on_progress)
    size = sum(size or 0 for size in manifest.files.values())
    return DemoAlbum(len(manifest.files), len(manifest.photographs), size / 1e6, manifest.missing, built)


def _is_complete(folder: Path, manifest: Manifest, sources: Iterable[Source]) -> bool:
    return (
        manifest.complete
        and manifest.recipe == RECIPE
        and manifest.photographs.keys() == {source.name for source in sources}
        and all(manifest.holds(folder, name) for name in manifest.files)
    )


def _prepare(folder: Path, is_ours: bool) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not is_ours and any(folder.iterdir()):
            raise UsageError(f"{folder} holds other files. Give an empty or a new folder for the demo album.")
    except OSError as error:
        raise UsageError(f"{folder} cannot be used for the demo album: {error.strerror}.") from error
    for left in folder.glob(f"{PARTIAL}*"):
        left.unlink()


def _build(
    folder: Path, before: Manifest, sources: Iterable[Source], on_progress: OnProgress
) -> tuple[Manifest, int]:
    from engine.demo.files import names_of

    found, missing = gather(sources)
    wanted = {shot: names_of(shot) for shot in shots() if shot.source in found}
    names = {name for each in wanted.values() for name in each}
    _drop_stale(folder, before, names)
    licences = {source.name: source.licence for source in sources if source.name in found}
    known = {name: before.files.get(name) for name in names}
    started = Manifest(recipe=RECIPE, complete=False, files=known, photographs=licences, missing=missing)
    write_manifest(folder, started)
    to_do = [shot for shot, own in wanted.items() if not all(started.holds(folder, name) for name in own)]
    for done in _made(folder, to_do, found):
        on_progress(len(wanted) - len(to_do) + done, len(wanted))
    sizes = {name: size_of(folder / name) for name in sorted(names)}
    finished = started.model_copy(update={"complete": True, "files": sizes})
    write_manifest(folder, finished)
    return finished, len(to_do)


def _drop_stale(folder: Path, before: Manifest, wanted: set[str]) -> None:
    """Remove frames of ours that another recipe or another choice of photographs left."""
    keep = wanted if before.recipe == RECIPE else set[str]()
    for name in before.files.keys() - keep:
        if name != MANIFEST and Path(name).name == name:
            (folder / name).unlink(missing_ok=True)


def _made(folder: Path, to_do: list[Shot], found: dict[str, bytes]) -> Iterator[int]:
    """Make shots side by side (Pillow and numpy let go of the interpreter); yield how many are done."""
    with ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="framepick-demo") as pool:
        futures = [pool.submit(_make, folder, shot, found[shot.source]) for shot in to_do]
        try:
            for done, future in enumerate(as_completed(futures), start=1):
                future.result()
                yield done
        finally:
            pool.shutdown(cancel_futures=True)


def _make(folder: Path, shot: Shot, content: bytes) -> None:
    from io import BytesIO

    from PIL import Image

    from engine.demo.bursts import photograph
    from engine.demo.files import names_of, write_file

    with Image.open(BytesIO(content)) as image:
        picture = photograph(image.convert("RGB"), shot)
    for name in names_of(shot):
        partial = folder / f"{PARTIAL}{name}"
        write_file(partial, name, shot, picture)
        partial.replace(folder / name)
