"""What `benchmark sizes` tells of the same photo as files of other sizes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from engine.album.decode import Decoded
from engine.album.scan import scan
from engine.benchmark.sizes import measure_sizes
from engine.cli import parse, run
from engine.errors import EXIT_NOTHING_DONE, EXIT_SOME_UNREADABLE, NothingToDoError
from tests.data_dirs import with_models


@pytest.fixture
def large_photos(tmp_path: Path, photos: dict[str, Image.Image]) -> Path:
    """One photo of 7 MP, one of 1 MP, and one that is none."""
    folder = tmp_path / "photos"
    folder.mkdir()
    photos["coffee"].resize((3200, 2200)).save(folder / "large.jpg", quality=90)
    photos["coffee"].resize((1200, 800)).save(folder / "small.jpg", quality=90)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    return folder


def width(image: Decoded) -> float:
    return image.full_width / 10_000


def test_each_size_that_a_photo_allows_is_scored_and_their_range_told(large_photos: Path) -> None:
    seen: list[tuple[int, int]] = []
    sizes = measure_sizes(
        scan(large_photos, recursive=False),
        {"width": width, "same": lambda image: 0.5},
        lambda done, total: seen.append((done, total)),
    )
    found = sizes.models
    scores = found["width"].scores["large.jpg"]
    assert list(scores) == ["6 MP", "2 MP"] and list(found["width"].scores) == ["large.jpg"]
    assert found["width"].largest == pytest.approx(scores["6 MP"] - scores["2 MP"])
    assert found["width"].largest > 0.1 and found["same"].largest == 0.0
    assert seen[-1] == (3, 3)
    assert list(sizes.unreadable) == ["broken.jpg"] and sizes.too_small == ("small.jpg",)


def test_small_photos_alone_tell_nothing(large_photos: Path) -> None:
    (large_photos / "large.jpg").unlink()
    with pytest.raises(NothingToDoError, match="large enough"):
        measure_sizes(scan(large_photos, recursive=False), {"width": width}, lambda done, total: None)


def test_the_command_writes_what_it_prints(
    tmp_path: Path, large_photos: Path, weights_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures, data = tmp_path / "sizes.json", str(with_models(tmp_path / "data", weights_dir).root)
    asked = ["benchmark", "sizes", "--photos", str(large_photos), "--data-dir", data]
    assert run(parse([*asked, "--json", str(figures)])) == EXIT_SOME_UNREADABLE
    found = json.loads(figures.read_text())
    assert set(found) == {"learned", "rules", "sharpness", "aesthetic"}
    assert 0.0 < found["learned"]["largest"] < 0.2 and found["learned"]["photos"] == 1
    said = capsys.readouterr()
    assert f"{found['learned']['largest']:.3f}" in said.out and "Left out, under 6 MP: small.jpg" in said.out
    assert "Could not be read: broken.jpg: " in said.err
    (tmp_path / "empty").mkdir()
    assert run(parse([*asked[:3], str(tmp_path / "empty"), *asked[4:]])) == EXIT_NOTHING_DONE
