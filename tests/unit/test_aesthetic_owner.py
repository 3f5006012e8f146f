"""The scorer for an owner's AVA checkpoint, against torchvision's own network and transforms."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage import data
from torch import nn
from torchvision import transforms

from engine.album.decode import Decoded
from engine.errors import ModelError, WeightsCorruptError, WeightsMissingError
from engine.models.ava_config import AvaTransform
from engine.models.device import Device
from engine.models.placement import Placed, place_network
from engine.models.runtime import Runtime
from engine.scoring.aesthetic_owner import AvaCheckpointScorer
from tests.unit.ava_files import (
    TRANSFORM,
    config_of,
    file_content,
    prepared,
    random_head,
    shapes_only,
    state_of,
)

OPINIONS = np.arange(1, 11)


@pytest.fixture(scope="module")
def photos():
    images = [data.astronaut(), data.chelsea(), data.rocket()]
    return [Decoded(image, image.shape[1], image.shape[0]) for image in images]


@pytest.fixture(scope="module")
def shapes(backbone):
    """The state of a usual regression file, by shape only: for files that are refused anyway."""
    return shapes_only(state_of(backbone, random_head([256], 1, nn.ReLU)))


def expected(backbone, head, photos, transform=TRANSFORM):
    with torch.inference_mode():
        features = backbone(torch.stack([prepared(transform)(each.image) for each in photos]))
        return head(features), (features / features.norm(dim=1, keepdim=True)).numpy()


def scored(path, photos, batch_size=2):
    scorer = AvaCheckpointScorer(path, "cpu", batch_size)
    results = scorer.score(photos)
    info = scorer.info
    scorer.close()
    return results, info


@pytest.mark.parametrize(
    ("hidden", "activation", "module"),
    [([256], "relu", nn.ReLU), ([], "relu", nn.ReLU), ([64, 32], "tanh", nn.Tanh)],
)
def test_regression_equals_torchvision(file, backbone, photos, hidden, activation, module):
    head = random_head(hidden, 1, module)
    path = file(file_content(state_of(backbone, head), config_of(hidden, "regression", activation)))
    results, info = scored(path, photos)
    raws, features = expected(backbone, head, photos)
    assert len({round(float(raw), 3) for raw in raws}) == 3, "the test needs photos that score differently"
    for result, raw, feature in zip(results, raws, features, strict=True):
        assert result.score.raw == pytest.approx(float(raw), abs=1e-5)
        assert result.score.value == pytest.approx((float(raw) - 1) / 9, abs=1e-5)
        assert result.features == pytest.approx(feature, abs=1e-5)
        assert result.features.shape == (2048,) and result.features.dtype == np.float32
        assert result.score.sha256 == info.sha256
    assert info.note is None


@pytest.mark.parametrize("output_mode", ["distribution", None])
def test_distribution_is_the_mode_where_the_config_is_silent(file, backbone, photos, output_mode):
    head = random_head([256], 10, nn.ReLU)
    path = file(file_content(state_of(backbone, head), config_of([256], output_mode)))
    results, _ = scored(path, photos)
    for result, logits in zip(results, expected(backbone, head, photos)[0], strict=True):
        distribution = logits.softmax(0).numpy()
        assert result.score.raw == pytest.approx(float(distribution @ OPINIONS), abs=1e-5)
        assert result.score.details["distribution"] == pytest.approx(distribution.tolist(), abs=1e-4)


def test_file_of_the_usual_size_has_322_entries(backbone):
    assert len(state_of(backbone, random_head([256], 1, nn.ReLU))) == 322


def test_regression_is_kept_within_the_scale(file, backbone, photos):
    head = random_head([], 1, nn.ReLU)
    nn.init.constant_(head[-1].bias, 40.0)
    path = file(file_content(state_of(backbone, head), config_of([], "regression")))
    assert [result.score.raw for result in scored(path, photos)[0]] == [10.0] * 3


def test_transform_of_the_config_is_used(file, backbone, photos):
    transform = {
        "resize_size": 140,
        "crop_size": 120,
        "normalize_mean": [0.5, 0.4, 0.3],
        "normalize_std": [0.2, 0.3, 0.4],
    }
    head = random_head([16], 1, nn.ReLU)
    config = config_of([16], "regression") | {"transform": transform}
    results, _ = scored(file(file_content(state_of(backbone, head), config)), photos)
    raws = expected(backbone, head, photos, transform)[0].flatten().tolist()
    assert [result.score.raw for result in results] == pytest.approx(raws, abs=1e-5)


def test_bare_state_says_what_was_assumed(file, backbone, photos):
    head = random_head([128], 1, nn.ReLU)
    results, info = scored(file(state_of(backbone, head)), photos)
    raws = expected(backbone, head, photos)[0].flatten().tolist()
    assert [result.score.raw for result in results] == pytest.approx(raws, abs=1e-5)
    assert info.note == "the file has no config: assumed relu, regression, usual transform"


def test_config_with_paths_of_another_system_loads(file, backbone, photos):
    head = random_head([], 10, nn.ReLU)
    config = config_of([], "distribution") | {"output_dir": pathlib.Path("outputs/ava/run")}
    assert scored(file(file_content(state_of(backbone, head), config)), photos)[0][0].score is not None


def test_info_names_the_file_and_never_claims_to_be_the_default(file, shapes):
    path = file(file_content(shapes, config_of([256], "regression")))
    info = AvaCheckpointScorer(path, "cpu", 8).info
    assert info.name == "AVA ResNet50 (best_model.pt)" and not info.embedded_default
    assert info.checkpoint == str(path) and len(info.sha256) == 64 and info.version == "ava-1"


def test_nothing_is_downloaded_for_pretrained_true(file, backbone, photos, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("tried to download")

    monkeypatch.setattr("torch.hub.load_state_dict_from_url", refuse)
    monkeypatch.setattr("torch.hub.download_url_to_file", refuse)
    head = random_head([], 10, nn.ReLU)
    scored(file(file_content(state_of(backbone, head), config_of([], "distribution"))), photos[:1])


def test_out_of_memory_and_fallback_work_as_for_the_default(file, backbone, photos):
    def place(network, device, cpu_threads):
        really = place_network(network, "cpu", cpu_threads)

        def forward(pixels):
            if device != "cpu":
                raise torch.cuda.OutOfMemoryError("CUDA out of memory")
            return really.run(pixels)

        return Placed(forward)

    path = file(file_content(state_of(backbone, random_head([], 1, nn.ReLU)), config_of([], "regression")))
    scorer = AvaCheckpointScorer(path, Device("cuda"), 2, Runtime(place=place))
    assert all(result.score for result in scorer.score(photos))
    assert scorer.info.device == "cpu" and "fell back to CPU: cuda" in scorer.info.note


def refused(path) -> str:
    with pytest.raises(ModelError) as caught:
        AvaCheckpointScorer(path, "cpu", 8).load()
    assert "\n" not in str(caught.value) and "best_model.pt" in str(caught.value)
    return str(caught.value)


def test_keys_and_shapes_that_do_not_fit_are_listed(file, shapes):
    state = dict(shapes)
    del state["backbone.4.0.conv1.weight"]
    state["backbone.9.weight"] = torch.ones(1)
    state["backbone.0.weight"] = torch.ones(1).expand(64, 1, 7, 7)
    said = refused(file(file_content(state, config_of([256], "regression"))))
    assert "missing: backbone.4.0.conv1.weight" in said
    assert "unknown: backbone.9.weight" in said
    assert "other shape: backbone.0.weight (64, 1, 7, 7) instead of (64, 3, 7, 7)" in said


def test_many_differences_are_counted(file, shapes):
    state = {f"{name}.old" if ".bn" in name else name: tensor for name, tensor in shapes.items()}
    said = refused(file(file_content(state, config_of([256], "regression"))))
    assert "more" in said and len(said) < 500


def test_what_holds_no_layer_of_the_network_is_another_kind_of_file(file):
    assert "is no AVA model: its first keys are layer.weight" in refused(
        file({"layer.weight": torch.ones(2, 2)})
    )


def test_counters_of_training_may_be_absent(file, backbone, photos):
    head = random_head([], 1, nn.ReLU)
    state = {k: v for k, v in state_of(backbone, head).items() if not k.endswith("num_batches_tracked")}
    assert scored(file(file_content(state, config_of([], "regression"))), photos)[0][0].score is not None


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_refused(file, shapes, value):
    state = dict(shapes)
    state["head.3.weight"] = torch.tensor([value]).expand(1, 256)
    said = refused(file(file_content(state, config_of([256], "regression"))))
    assert "head.3.weight holds values that are not finite" in said


@pytest.mark.parametrize(
    ("section", "key", "value", "said"),
    [
        ("model", "backbone", "vit_b_16", "model.backbone 'vit_b_16', not resnet50"),
        ("model", "activation", "gelu", "model.activation 'gelu', not relu or tanh"),
        ("model", "output_mode", "ranking", "not regression or distribution"),
        ("model", "output_mode", "distribution", "has 1 outputs, but a distribution has 10"),
        ("model", "mlp_hidden_dims", "256", "model.mlp_hidden_dims '256'"),
        ("model", "mlp_hidden_dims", [10**9], "model.mlp_hidden_dims"),
        ("model", "mlp_hidden_dims", [128], "head.0.weight (256, 2048) instead of (128, 2048)"),
        ("model", "mlp_hidden_dims", [], "other shape: head.0.weight (256, 2048) instead of (1, 2048)"),
        ("transform", "crop_size", 300, "the crop not above the resize"),
        ("transform", "resize_size", -1, "transform sizes"),
        ("transform", "normalize_mean", [0.5], "transform.normalize_mean [0.5], not three numbers"),
        ("transform", "normalize_std", [0.2, 0, 0.2], "above 0"),
        ("transform", "normalize_std", [0.2, float("nan"), 0.2], "three numbers"),
    ],
)
def test_config_that_cannot_be_used_names_the_key(file, shapes, section, key, value, said):
    config = config_of([256], "regression")
    config[section][key] = value
    assert said in refused(file(file_content(shapes, config)))


def test_siamese_file_is_recognised(file):
    content = file_content({"mlp.0.weight": torch.ones(2, 2048)}, {"model": {"cnn_backbone": "resnet50"}})
    assert "Siamese comparator; set it as siamese_checkpoint" in refused(file(content))


def test_missing_and_empty_files_are_said_at_once(tmp_path):
    with pytest.raises(WeightsMissingError, match="does not exist"):
        AvaCheckpointScorer(tmp_path / "best_model.pt", "cpu", 8)
    (tmp_path / "best_model.pt").touch()
    with pytest.raises(WeightsCorruptError, match="empty"):
        AvaCheckpointScorer(tmp_path / "best_model.pt", "cpu", 8)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 900), st.integers(1, 900), st.sampled_from([(256, 224), (224, 224), (65, 64)]))
def test_crop_is_that_of_torchvision(height, width, sizes):
    if max(height, width) > 16 * min(height, width):
        return
    image = np.random.default_rng(height).integers(0, 256, (height, width, 3), dtype=np.uint8)
    resize, crop = sizes
    steps = transforms.Compose([transforms.Resize(resize), transforms.CenterCrop(crop)])
    assert np.array_equal(
        AvaTransform(resize, crop).cropped(image), np.asarray(steps(Image.fromarray(image)))
    )


@pytest.mark.parametrize("shape", [(1, 300_000, 3), (300_000, 2, 3)])
def test_a_very_long_strip_is_scored_by_its_middle(shape):
    image = np.zeros(shape, np.uint8)
    middle = slice(149_000, 151_000)
    image[(slice(None), middle) if shape[0] < shape[1] else middle] = 200
    assert np.unique(AvaTransform().cropped(image)).tolist() == [200]
