"""Owners' Siamese checkpoints: each variant against plain torch, torchvision and Pillow."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from engine.errors import ModelError
from engine.models.checkpoint import checkpoint_hash
from engine.models.owner_siamese import SiameseUse, build_siamese
from engine.models.siamese_config import SiameseTransform
from tests.photos import open_photo
from tests.unit import siamese_files as files
from tests.unit.ava_files import shapes_only
from tests.unit.siamese_files import (
    class_one_of,
    config_of,
    file_content,
    head_of,
    padded_with,
    paper,
    plain_state,
    random_vgg,
    reference,
    resnet_state,
    standard,
    vgg_state,
)

IMAGENET = (0.485, 0.456, 0.406)


@pytest.fixture(scope="module")
def images():
    """A tall, a wide and a square photo."""
    rocket = np.asarray(open_photo("rocket").crop((100, 0, 400, 427)))
    return [np.asarray(open_photo("coffee")), rocket, np.asarray(open_photo("astronaut"))]


@pytest.fixture(scope="module")
def vgg():
    return random_vgg()


def load(path):
    built = build_siamese(path, checkpoint_hash(path))
    return built, SiameseUse.of(json.loads(json.dumps(built.facts)), built.arrays)


def class_one(network, use, images) -> np.ndarray:
    """Return our p(class 1) for every ordered pair (n, n)."""
    squares = np.stack([use.transform.cropped(image) for image in images])
    with torch.inference_mode():
        (features,) = (output.numpy() for output in network(torch.from_numpy(squares)))
    return np.array([[use.head.class_one(a - b) for b in features] for a in features])


def assert_equal(path, images, backbone, head, prepare):
    built, use = load(path)
    wanted = class_one_of(backbone, head, prepare, images)
    assert np.ptp(wanted) > 0.02, "the test needs pairs that are answered differently"
    assert class_one(built.network, use, images) == pytest.approx(wanted, abs=1e-5)
    assert built.input_shape == (224, 224, use.transform.channels)
    return use


@pytest.mark.parametrize(
    ("hidden", "activation", "module", "gain"),
    [([], "relu", nn.ReLU, 0.4), ([128], "relu", nn.ReLU, 0.6), ([64, 32], "tanh", nn.Tanh, 0.7)],
)
def test_resnet_equals_torchvision(file, backbone, images, hidden, activation, module, gain):
    head = head_of([2048, *hidden, 2], module, gain)
    config = config_of("resnet50", hidden, activation)
    model = assert_equal(
        file(file_content(resnet_state(backbone, head), config)), images, backbone, head, standard
    )
    assert model.note is None
    assert model.description == f"a Siamese ResNet50 with head {' - '.join(map(str, [2048, *hidden, 2]))}"


def test_file_of_the_usual_size_has_320_entries(backbone):
    assert len(resnet_state(backbone, head_of([2048, 2]))) == 320


@pytest.mark.parametrize(
    ("top", "prepare"),
    [
        ({"transform_type": "standard"}, standard),
        ({"transform_type": "paper"}, paper),
        ({"transform_type": "auto", "model": {"use_paper_preprocessing": True}}, paper),
        ({"transform_type": "reference"}, reference),
        ({"use_external_dataloader": True, "model": {"use_paper_preprocessing": False}}, reference),
        ({"transform_type": "paper_pad"}, padded_with(IMAGENET)),
        (
            {"transform_type": "paper_pad", "model": {"padding_mean_color": [0.46, 0.45, 0.43]}},
            padded_with((0.46, 0.45, 0.43)),
        ),
        (
            {"transform_type": "paper_pad", "model": {"padding_mean_color": [250, 10, 128]}},
            padded_with((250 / 255, 10 / 255, 128 / 255)),
        ),
    ],
)
def test_photos_are_prepared_as_the_file_says(file, backbone, images, top, prepare):
    head = head_of([2048, 2])
    path = file(file_content(resnet_state(backbone, head), config_of("resnet50", [], **top)))
    assert_equal(path, images[:2], backbone, head, prepare)


def test_vgg_equals_torchvision(file, vgg, images):
    head = head_of([4096, 128, 128, 2], nn.Tanh, gain=2.0)
    config = config_of("vgg16", [128, 128], "tanh", model={"use_paper_preprocessing": True})
    model = assert_equal(file(file_content(vgg_state(vgg, head), config)), images, vgg, head, paper)
    assert model.description == "a Siamese VGG16 with head 4096 - 128 - 128 - 2"


def test_trailing_log_softmax_of_older_files_changes_nothing(file, backbone, images):
    head = head_of([2048, 128, 2])
    older = nn.Sequential(head, nn.LogSoftmax(dim=1))
    content = file_content(resnet_state(backbone, head), config_of("resnet50", [128]), val_acc=0.7)
    assert_equal(file(content), images, backbone, older, standard)


@pytest.mark.parametrize("config", [{"model_type": "reference", "model": {"cnn_backbone": "resnet50"}}, None])
def test_plain_torchvision_names_of_older_files(file, backbone, images, config):
    head = head_of([2048, 2])
    model = assert_equal(
        file(file_content(plain_state(backbone, head), config)),
        images,
        backbone,
        head,
        reference if config else standard,
    )
    assert (model.note is None) == (config is not None)


def test_bare_state_is_decided_by_its_shapes_and_says_what_was_assumed(file, backbone, images):
    head = head_of([2048, 64, 2])
    model = assert_equal(file(resnet_state(backbone, head)), images, backbone, head, standard)
    assert model.note == (
        "the file does not name the head's activation: assumed relu; "
        "the file has no config: assumed its photos were prepared as standard"
    )


def test_bare_vgg_state_is_known_by_its_layers(file, vgg, images):
    head = head_of([4096, 128, 128, 2], nn.Tanh, gain=2.0)
    model = assert_equal(file(vgg_state(vgg, head)), images, vgg, head, standard)
    assert "assumed tanh" in model.note


def test_safetensors_with_the_same_keys(tmp_path, backbone, images):
    from safetensors.torch import save_file

    head = head_of([2048, 2])
    path = tmp_path / "best_model.safetensors"
    save_file(
        resnet_state(backbone, head),
        path,
        {"config": '{"transform_type": "paper", "model": {"cnn_backbone": "resnet50"}}'},
    )
    assert_equal(path, images, backbone, head, paper)
    path.unlink()


def test_file_without_a_validation_figure_loads(file, backbone, images):
    head = head_of([2048, 2])
    content = file_content(resnet_state(backbone, head), config_of("resnet50", []))
    del content["val_acc"], content["epoch"]
    assert_equal(file(content), images[:2], backbone, head, standard)


def test_nothing_is_downloaded(file, backbone, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("tried to download")

    monkeypatch.setattr("torch.hub.load_state_dict_from_url", refuse)
    monkeypatch.setattr("torch.hub.download_url_to_file", refuse)
    config = config_of("resnet50", [], model={"pretrained": True})
    load(file(file_content(resnet_state(backbone, head_of([2048, 2])), config)))


@pytest.fixture(scope="module")
def shapes(backbone):
    """The state of a file with a hidden layer, by shape only: for files that are refused anyway."""
    return shapes_only(resnet_state(backbone, head_of([2048, 128, 2])))


def refused(path) -> str:
    with pytest.raises(ModelError) as caught:
        load(path)
    assert "\n" not in str(caught.value) and "best_model.pt" in str(caught.value)
    return str(caught.value)


def test_keys_and_shapes_that_do_not_fit_are_listed(file, shapes):
    state = dict(shapes)
    del state["backbone.4.0.conv1.weight"]
    state["backbone.9.weight"] = torch.ones(1)
    state["mlp.0.weight"] = torch.ones(()).expand(64, 2048)
    said = refused(file(file_content(state, config_of("resnet50", [128]))))
    assert "missing: backbone.4.0.conv1.weight" in said
    assert "unknown: backbone.9.weight" in said
    assert "other shape: mlp.0.weight (64, 2048) instead of (128, 2048)" in said
    assert "a Siamese ResNet50 with head 2048 - 128 - 2" in said


def test_older_file_that_does_not_fit_is_told_by_its_own_names(file, backbone):
    state = shapes_only(plain_state(backbone, head_of([2048, 2])))
    state["fc.weight"] = torch.ones(()).expand(1000, 2048)
    said = refused(file(state))
    assert "is no comparator: its fc.weight is (1000, 2048), and a comparator has 2 classes" in said
    state["fc.weight"] = torch.ones(()).expand(2, 1024)
    assert "other shape: fc.weight (2, 1024) instead of (2, 2048)" in refused(file(state))


@pytest.mark.parametrize(
    ("model", "top", "said"),
    [
        ({"cnn_backbone": "vit_b_16"}, {}, "model.cnn_backbone 'vit_b_16', not resnet50 or vgg16"),
        ({"cnn_backbone": "vgg16"}, {}, "does not fit a Siamese VGG16"),
        ({"activation": "gelu"}, {}, "model.activation 'gelu', not relu or tanh"),
        ({"mlp_hidden_dims": "128"}, {}, "model.mlp_hidden_dims '128'"),
        ({"mlp_hidden_dims": [10**9]}, {}, "model.mlp_hidden_dims [1000000000]"),
        ({"mlp_hidden_dims": [256]}, {}, "mlp.0.weight (128, 2048) instead of (256, 2048)"),
        ({}, {"transform_type": "random"}, "transform_type 'random', not auto or standard"),
        (
            {"padding_mean_color": [1, 2]},
            {"transform_type": "paper_pad"},
            "model.padding_mean_color [1, 2], not three numbers",
        ),
        (
            {"padding_mean_color": [-1, 0, 300]},
            {"transform_type": "paper_pad"},
            "not a colour of 0..1 or 0..255",
        ),
    ],
)
def test_config_that_cannot_be_used_names_the_key(file, shapes, model, top, said):
    config = config_of("resnet50", [128], model=model, **top)
    assert said in refused(file(file_content(shapes, config)))


def test_weights_that_are_not_finite_are_refused(file, shapes):
    state = dict(shapes)
    state["mlp.3.bias"] = torch.tensor([float("nan"), 0.0])
    said = refused(file(file_content(state, config_of("resnet50", [128]))))
    assert "mlp.3.bias holds values that are not finite" in said


def test_head_with_another_number_of_classes(file, shapes):
    state = dict(shapes) | {"mlp.3.weight": torch.ones(()).expand(1, 128), "mlp.3.bias": torch.ones(1)}
    assert "has 1 classes; a comparator has 2" in refused(file(state))


def test_ava_file_is_recognised(file):
    content = file_content({"head.0.weight": torch.ones(10, 2048)}, {"model": {"output_mode": "regression"}})
    assert "is an AVA aesthetic model; set it as ava_checkpoint" in refused(file(content))


def test_file_of_something_else_names_its_keys(file):
    said = refused(file({"encoder.weight": torch.ones(1), "decoder.weight": torch.ones(1)}))
    assert "neither a ResNet50 nor a VGG16 backbone: its first keys are encoder.weight" in said


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 900), st.integers(1, 900), st.sampled_from(["standard", "paper", "paper_pad"]))
def test_squares_are_those_of_pillow(height, width, kind):
    if max(height, width) > 16 * min(height, width):
        return
    image = np.random.default_rng(height).integers(0, 256, (height, width, 3), dtype=np.uint8)
    wanted = {"standard": standard, "paper": paper, "paper_pad": padded_with(IMAGENET)}[kind](image)
    square = SiameseTransform(kind).cropped(image)
    found = files.NORMALIZE(square[..., :3].copy())
    if kind == "paper_pad":
        inside = torch.from_numpy(square[..., 3].copy()) > 0
        found = torch.where(inside, found, torch.zeros(()))
    assert torch.allclose(found, wanted, atol=1e-6)


def test_very_long_strip_is_seen_whole_when_padded():
    square = SiameseTransform("paper_pad").cropped(np.full((2, 9000, 3), 77, np.uint8))
    assert square.shape == (224, 224, 4)
    assert np.unique(square[square[..., 3] == 255]).tolist() == [77, 255]
    assert (square[..., 3] == 255).sum() == 224
