"""CLIP as a judge, with random weights of a small architecture; the extra `clip` may be absent."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
import torch
from PIL import Image

from engine.album.decode import Decoded
from engine.benchmark.clip_scorer import PROMPTS, OpenClipScorer
from engine.benchmark.lineup import OPEN_CLIP, configs_of
from engine.errors import ModelError, WeightsMissingError

ARCHITECTURE = "ViT-S-32-alt"
installed = importlib.util.find_spec("open_clip") is not None
needs_clip = pytest.mark.skipif(not installed, reason="the extra clip is not installed")


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    import open_clip

    torch.manual_seed(5)
    model = open_clip.create_model(ARCHITECTURE).eval()
    path = tmp_path_factory.mktemp("clip") / "weights.pt"
    torch.save({"state_dict": {f"module.{name}": value for name, value in model.state_dict().items()}}, path)
    yield model, path
    path.unlink()


@needs_clip
def test_the_score_is_clips_own_share_of_the_first_prompt(clip, photos):
    import open_clip

    model, path = clip
    _, _, prepare = open_clip.create_model_and_transforms(ARCHITECTURE)
    text = model.encode_text(open_clip.get_tokenizer(ARCHITECTURE)(list(PROMPTS)), normalize=True)
    scorer = OpenClipScorer(ARCHITECTURE, path)
    for name in ("astronaut", "coffee"):
        seen = np.asarray(photos[name])
        (result,) = scorer.score([Decoded(seen, seen.shape[1], seen.shape[0])])
        image = model.encode_image(prepare(Image.fromarray(seen))[None], normalize=True)
        wanted = (model.logit_scale.exp() * image @ text.T).softmax(1)[0, 0].item()
        assert result.score.value == pytest.approx(wanted, abs=1e-5)
        assert result.score.sha256 == scorer.info.sha256
    scorer.close()


@needs_clip
@pytest.mark.parametrize(
    ("architecture", "reason"),
    [
        ("ViT-S-32", "does not fit the CLIP architecture ViT-S-32"),
        ("ViT-Z-1", "knows no architecture 'ViT-Z-1'"),
        ("roberta-ViT-B-32", "would have to be downloaded"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(clip, architecture, reason):
    with pytest.raises(ModelError, match=reason):
        OpenClipScorer(architecture, clip[1]).load()


@pytest.mark.skipif(installed, reason="the extra clip is installed")
def test_without_the_extra_the_command_that_brings_it_is_told(tmp_path):
    file = tmp_path / "weights.pt"
    torch.save({"a": torch.zeros(1)}, file)
    with pytest.raises(ModelError, match=r"pip install -e .\.\[clip\]"):
        OpenClipScorer(ARCHITECTURE, file).load()


def test_it_is_named_by_architecture_and_path(tmp_path):
    config, _ = configs_of(f"open_clip:ViT-B-32:{tmp_path / 'x.pt'}")
    assert (config.type, config.architecture, config.checkpoint) == (OPEN_CLIP, "ViT-B-32", tmp_path / "x.pt")
    with pytest.raises(WeightsMissingError):
        OpenClipScorer("ViT-B-32", tmp_path / "x.pt")
