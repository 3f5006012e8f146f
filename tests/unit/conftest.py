"""Places that tests of the engine have in common; nothing is there yet but where it is said."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library.sqlite3"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Folder of the journals of exports."""
    return tmp_path / "data" / "exports"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """The only file of an album; its bytes are no picture."""
    (tmp_path / "album").mkdir()
    path = tmp_path / "album" / "a.jpg"
    path.write_bytes(b"photo")
    return path
