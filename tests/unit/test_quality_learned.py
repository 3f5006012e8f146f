"""Learned quality on real photos: what it sees, what it prefers, what it says of itself."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from engine.album.decode import Decoded
from engine.errors import WeightsCorruptError, WeightsMissingError
from engine.models.hashing import sha256_of
from engine.models.own_weights import OWN_MODELS_DIR, find_own_weights
from engine.models.registry import build_lineup
from engine.models.views import DETAIL_LONG_SIDE, VIEW_SIDE, detail_view, whole_view
from engine.paths import DataDir
from engine.scoring.quality_learned import LearnedQualityScorer
from engine.settings import load_settings
from engine.types import ModelState, ModelStatus, Role, Score

NAMES = ("astronaut", "chelsea", "coffee")


@pytest.fixture(scope="module")
def scorer(weights_dir: Path) -> Iterator[LearnedQualityScorer]:
    made = LearnedQualityScorer(weights_dir, "cpu", 2)
    yield made
    made.close()


def decoded(image: Image.Image, long_side: int = 1600) -> Decoded:
    """Return a photo as culling decodes it, enlarged to `long_side`."""
    scale = long_side / max(image.size)
    large = image.convert("RGB").resize((round(image.width * scale), round(image.height * scale)))
    return Decoded(np.asarray(large), *large.size)


def score(scorer: LearnedQualityScorer, image: Decoded) -> Score:
    (result,) = scorer.score([image])
    assert result.score is not None, result.error
    return result.score


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    data = io.BytesIO()
    image.save(data, "JPEG", quality=quality)
    return Image.open(data).convert("RGB")


def test_degraded_copies_are_worse(scorer: LearnedQualityScorer, photos: dict[str, Image.Image]) -> None:
    for name in NAMES:
        clean = decoded(photos[name], 512)
        small = Image.fromarray(clean.image)
        copies = {
            "blurred": small.filter(ImageFilter.GaussianBlur(4)),
            "squeezed": jpeg(small, 6),
            "dark": small.point(lambda value: value // 6),
        }
        best = score(scorer, clean).value
        for fault, copy in copies.items():
            assert score(scorer, decoded(copy, 512)).value < best, f"{name}, {fault}"


def test_the_same_photo_gets_the_same_score_alone_or_among_others(
    scorer: LearnedQualityScorer, photos: dict[str, Image.Image]
) -> None:
    images = [decoded(photos[name]) for name in NAMES]
    together = [result.score for result in scorer.score(images)]
    for image, among in zip(images, together, strict=True):
        assert among is not None
        assert score(scorer, image).value == pytest.approx(among.value, abs=1e-4)
        assert score(scorer, image) == score(scorer, image)


def test_the_score_says_what_made_it_and_keeps_the_metrics_that_explain_it(
    scorer: LearnedQualityScorer, photos: dict[str, Image.Image]
) -> None:
    found = score(scorer, decoded(photos["coffee"]))
    assert found.role is Role.QUALITY
    assert 0.0 <= found.value <= 1.0
    assert found.sha256 == sha256_of(OWN_MODELS_DIR / "quality.safetensors") == scorer.info.sha256
    assert {"sharpness", "exposure", "noise", "clipped_highlights", "rules_overall"} <= set(found.details)
    json.dumps(found.details)


def test_the_size_of_the_file_hardly_moves_the_score(
    scorer: LearnedQualityScorer, photos: dict[str, Image.Image]
) -> None:
    """The same picture as files of other sizes: all are seen at one size."""
    stated = find_own_weights("quality").facts["size_dependence"]["largest"]
    large = decoded(photos["coffee"], 3200)
    values = [score(scorer, large).value]
    for long_side in (2400, 1800, 1600):
        scaled = Image.fromarray(large.image).resize(
            (long_side, round(long_side * large.image.shape[0] / large.image.shape[1])),
            Image.Resampling.LANCZOS,
        )
        values.append(score(scorer, Decoded(np.asarray(scaled), *scaled.size)).value)
    assert max(values) - min(values) <= stated + 0.01


def test_the_most_detailed_part_is_looked_at_in_full_detail() -> None:
    image = np.full((1200, 1600, 3), 128, np.uint8)
    image[600:, 1000:] = np.random.default_rng(0).integers(0, 256, (600, 600, 3))
    view = detail_view(image)
    assert view is not None
    assert np.array_equal(view, image[1200 - VIEW_SIDE :, 1600 - VIEW_SIDE :])
    assert whole_view(image).shape == (VIEW_SIDE, VIEW_SIDE, 3)
    assert detail_view(image[:VIEW_SIDE, :VIEW_SIDE]) is None
    huge = np.zeros((300, 2 * DETAIL_LONG_SIDE, 3), np.uint8)
    assert detail_view(huge) is not None  # a panorama: its height is enlarged


def test_missing_and_foreign_weights_are_told_apart(tmp_path: Path, weights_dir: Path) -> None:
    with pytest.raises(WeightsMissingError, match="install the program again"):
        LearnedQualityScorer(weights_dir, "cpu", 1, folder=tmp_path)
    for name in ("quality.json", "quality.safetensors"):
        shutil.copy(OWN_MODELS_DIR / name, tmp_path / name)
    with (tmp_path / "quality.safetensors").open("r+b") as file:
        file.seek(100_000)
        file.write(b"\x01\x02")
    with pytest.raises(WeightsCorruptError, match="is not used"):
        LearnedQualityScorer(weights_dir, "cpu", 1, folder=tmp_path)


def test_the_setting_chooses_between_people_and_rules(tmp_path: Path, weights_dir: Path) -> None:
    (tmp_path / "models").symlink_to(weights_dir, target_is_directory=True)
    learned = build_lineup(load_settings(), DataDir(tmp_path))
    own = tmp_path / "config.yaml"
    own.write_text("quality:\n  method: rules\n", encoding="utf-8")
    rules = build_lineup(load_settings(own), DataDir(tmp_path))
    assert _quality(learned.statuses).sha256 == sha256_of(OWN_MODELS_DIR / "quality.safetensors")
    assert _quality(learned.statuses).state is ModelState.IDLE
    assert "Rule" in _quality(rules.statuses).name
    assert _quality(rules.statuses).sha256 is None


def test_without_its_weights_rules_judge_and_say_why(tmp_path: Path) -> None:
    status = _quality(build_lineup(load_settings(), DataDir(tmp_path)).statuses)
    assert "Rule" in status.name
    assert status.sha256 is None
    assert status.reason is not None
    assert "rules judge instead" in status.reason and "models install" in status.reason


@pytest.mark.parametrize(
    ("key", "role"),
    [
        ("quality_assessment.ava_checkpoint", Role.AESTHETIC),
        ("quality_assessment.siamese_checkpoint", Role.COMPARATOR),
    ],
)
def test_a_checkpoint_that_is_commented_out_is_off_and_says_so(
    tmp_path: Path, weights_dir: Path, key: str, role: Role
) -> None:
    (tmp_path / "models").symlink_to(weights_dir, target_is_directory=True)
    own, word = tmp_path / "config.yaml", key.rpartition(".")[2]
    own.write_text(f"quality_assessment:\n  # {word}: outputs/run7/best_model.pt\n", encoding="utf-8")
    status = next(s for s in build_lineup(load_settings(own), DataDir(tmp_path)).statuses if s.role is role)
    assert status.state is ModelState.DISABLED and status.reason is not None
    assert f"{key} is commented out in {own}, line 2" in status.reason
    own.write_text(f"quality_assessment:\n  {word}: null\n  # {word}: outputs/x.pt\n", encoding="utf-8")
    status = next(s for s in build_lineup(load_settings(own), DataDir(tmp_path)).statuses if s.role is role)
    assert (status.state, status.embedded_default) == (ModelState.IDLE, True)


def _quality(statuses: tuple[ModelStatus, ...]) -> ModelStatus:
    return next(status for status in statuses if status.role is Role.QUALITY)


@pytest.mark.parametrize("name", ["quality", "comparator"])
def test_every_weights_file_has_a_card_that_states_its_figures(name: str) -> None:
    weights = find_own_weights(name)  # checks the pinned hash
    card = (OWN_MODELS_DIR / f"{name}.md").read_text(encoding="utf-8")
    assert weights.sha256 in card
    for figure in weights.facts["figures"].values():
        assert f"{figure:.3f}" in card
    for part in ("Data", "Licence", "Recipe", "Results", "Known failures", "Not for"):
        assert f"## {part}" in card, part


def test_all_shipped_weights_together_are_small() -> None:
    assert sum(file.stat().st_size for file in OWN_MODELS_DIR.glob("*.safetensors")) < 25_000_000
