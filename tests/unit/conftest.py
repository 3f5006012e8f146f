"""Places that tests of the engine have in common; nothing is there yet but where it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from torchvision.models import ResNet


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library.sqlite3"


@pytest.fixture
def originals(tmp_path: Path) -> Path:
    """A card whose photos are exported."""
    # At the top of this file it would import pydantic while PySide6 hooks imports: both fail then.
    from tests.unit.exporting import card

    return card(tmp_path / "card")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where exports go; it is not there yet."""
    return tmp_path / "out"


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


@pytest.fixture(scope="module")
def backbone() -> ResNet:
    from tests.unit.ava_files import random_backbone

    return random_backbone()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Callable[[Any], Path]]:
    """Return a function that writes a checkpoint file; the large files go when the test is over."""
    import torch

    path = tmp_path / "best_model.pt"

    def write(content: Any) -> Path:
        torch.save(content, path)
        return path

    yield write
    path.unlink(missing_ok=True)
