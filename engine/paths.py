"""Where Framepick keeps its own files. One switch, --data-dir, moves all of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs

from engine.errors import UsageError
from engine.words import as_unicode

PROJECT_ROOT = Path(__file__).resolve().parent.parent
CONFIGS_DIR = PROJECT_ROOT / "configs"
RESOURCES_DIR = PROJECT_ROOT / "resources"


def as_text(path: Path) -> str:
    """Return a path as text that any encoding can hold: what is not Unicode becomes a backslash escape."""
    return as_unicode(str(path))


@dataclass(frozen=True, slots=True)
class DataDir:
    """The user's data directory. Nothing of Framepick's is ever written anywhere else."""

    root: Path

    @classmethod
    def resolve(cls, override: Path | None = None) -> DataDir:
        """Return the directory of `override`, or the platform's own for this user.

        Raises UsageError for a user without a home directory.
        """
        try:
            root = override or Path(platformdirs.user_data_dir("framepick", appauthor=False))
            return cls(root.expanduser().resolve())
        except RuntimeError as error:
            raise UsageError(
                f"There is no home directory to keep Framepick's files in ({error}). "
                "Name a folder for them with --data-dir DIR."
            ) from error

    @property
    def library(self) -> Path:
        return self.root / "library.sqlite3"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def thumbnails(self) -> Path:
        return self.root / "cache" / "thumbnails"

    @property
    def previews(self) -> Path:
        return self.root / "cache" / "previews"

    @property
    def converted(self) -> Path:
        """Networks converted for a faster runtime; they can be made anew."""
        return self.root / "cache" / "networks"

    @property
    def downloads(self) -> Path:
        return self.root / "cache" / "downloads"

    @property
    def config(self) -> Path:
        return self.root / "config.yaml"

    def telemetry(self, run: str) -> Path:
        return self.root / f"telemetry_{run}.json"

    @property
    def exports(self) -> Path:
        """Journals of exports, which say after a crash what is whole."""
        return self.root / "exports"

    @property
    def log(self) -> Path:
        return self.root / "logs" / "framepick.log"
