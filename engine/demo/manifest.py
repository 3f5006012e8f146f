"""What the demo album's hidden manifest says: how far the album is and which files are its own."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

MANIFEST = ".framepick-demo.json"
RECIPE = 1  # count up when the same shot would come out as other pixels or under another name


class Manifest(BaseModel):
    """`files` are names with sizes in bytes, None while the album is not complete."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recipe: int
    complete: bool
    files: dict[str, int | None]
    photographs: dict[str, str]  # name: licence
    missing: dict[str, str]  # name: why it is not to be had

    def holds(self, folder: Path, name: str) -> bool:
        """Tell whether a file is there, and not of another size than when it was written."""
        size = size_of(folder / name)
        return size is not None and self.files.get(name) in (None, size)


NONE_YET = Manifest(recipe=RECIPE, complete=False, files={}, photographs={}, missing={})


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest, or None where there is none that can be read."""
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    partial = folder / f"{MANIFEST}.part"
    partial.write_text(json.dumps(manifest.model_dump(), indent=1), encoding="utf-8")
    partial.replace(folder / MANIFEST)


def size_of(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
