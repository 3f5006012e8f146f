"""The embedded default aesthetic scorer: its numbers, its weights, and what it does when a device fails."""

from __future__ import annotations

import shutil
import subprocess
import sys

import h5py
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage import data
from torch import nn

from engine.album.decode import Decoded
from engine.errors import ModelError, UsageError, WeightsCorruptError, WeightsMissingError
from engine.models.device import Device
from engine.models.nima import BLOCKS, load_nima
from engine.models.placement import Placed, place_network
from engine.models.runtime import Runtime
from engine.scoring.aesthetic import NimaScorer, nearest_input

FILE = "weights_aisthetics.hdf5"
GOLDEN = {"astronaut": 5.0746, "chelsea": 5.1172, "coffee": 5.1654, "rocket": 5.5704}


def photo(name: str) -> Decoded:
    image = getattr(data, name)()
    return Decoded(image, image.shape[1], image.shape[0])


@pytest.fixture(scope="module")
def photos():
    return [photo(name) for name in GOLDEN]


@pytest.fixture(scope="module")
def scorer(weights_dir):
    scorer = NimaScorer(weights_dir, "cpu", batch_size=3)
    scorer.load()
    yield scorer
    scorer.close()


@pytest.fixture
def spoilt(weights_dir, tmp_path):
    """Return a function that gives a copy of the weights with one tensor replaced."""

    def spoil(layer: str, part: str, values: np.ndarray | None):
        path = tmp_path / FILE
        shutil.copyfile(weights_dir / FILE, path)
        with h5py.File(path, "r+") as file:
            name = f"{layer}/{layer}/{part}:0"
            old = np.asarray(file[name])
            del file[name]
            if values is not None:
                file[name] = values if values.ndim else np.full_like(old, values)
        return path

    return spoil


def unfolded(path, images):
    """NIMA straight from the file with convolution and batch normalisation apart, as Keras defines it."""
    layers = []
    with h5py.File(path) as file:

        def tensor(layer, part):
            return torch.tensor(np.asarray(file[layer][layer][f"{part}:0"]))

        def add(layer, kernel, stride=1, groups=1):
            weight = kernel.permute(2, 3, 0, 1) if groups > 1 else kernel.permute(3, 2, 0, 1)
            convolution = nn.Conv2d(
                weight.shape[1] * groups, len(weight), weight.shape[2:], stride, weight.shape[2] // 2,
                groups=groups, bias=False,
            )  # fmt: skip
            convolution.weight.data = weight
            norm = nn.BatchNorm2d(len(weight), eps=1e-3)
            norm.weight.data, norm.bias.data = tensor(f"{layer}_bn", "gamma"), tensor(f"{layer}_bn", "beta")
            norm.running_mean = tensor(f"{layer}_bn", "moving_mean")
            norm.running_var = tensor(f"{layer}_bn", "moving_variance")
            layers.extend([convolution, norm, nn.Hardtanh(0.0, 6.0)])

        add("conv1", tensor("conv1", "kernel"), 2)
        channels = 32
        for number, (out, stride) in enumerate(BLOCKS, 1):
            add(f"conv_dw_{number}", tensor(f"conv_dw_{number}", "depthwise_kernel"), stride, channels)
            add(f"conv_pw_{number}", tensor(f"conv_pw_{number}", "kernel"))
            channels = out
        kernel, bias = tensor("dense_1", "kernel"), tensor("dense_1", "bias")
    network = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
    inputs = [
        np.asarray(Image.fromarray(image).resize((224, 224), Image.Resampling.NEAREST)) for image in images
    ]
    with torch.inference_mode():
        features = network(torch.tensor(np.stack(inputs)).permute(0, 3, 1, 2) / 127.5 - 1)
        return (features @ kernel + bias).softmax(1).numpy(), features.numpy()


def test_known_photos_have_their_known_scores(scorer, photos):
    raws = [result.score.raw for result in scorer.score(photos)]
    assert raws == pytest.approx(list(GOLDEN.values()), abs=2e-3)


def test_scores_equal_the_network_as_defined(scorer, photos, weights_dir):
    distributions, features = unfolded(weights_dir / FILE, [each.image for each in photos])
    for result, distribution, feature in zip(scorer.score(photos), distributions, features, strict=True):
        assert result.score.raw == pytest.approx(distribution @ np.arange(1, 11), abs=1e-4)
        assert result.score.details["distribution"] == pytest.approx(distribution.tolist(), abs=1e-4)
        assert result.features == pytest.approx(feature / np.linalg.norm(feature), abs=1e-4)


def test_result_has_value_details_hash_and_unit_features(scorer, photos):
    for result in scorer.score(photos):
        score = result.score
        assert score.value == pytest.approx((score.raw - 1) / 9)
        assert sum(score.details["distribution"]) == pytest.approx(1, abs=1e-3)
        assert 0 < score.details["std"] < 4.5
        assert score.sha256 == scorer.info.sha256 and score.cached is False
        assert result.features.shape == (1024,) and result.features.dtype == np.float32
        assert np.linalg.norm(result.features) == pytest.approx(1, abs=1e-5)


def test_a_score_does_not_depend_on_its_batch(scorer, photos):
    together = [result.score.raw for result in scorer.score(photos)]
    alone = [scorer.score([each])[0].score.raw for each in photos]
    assert together == pytest.approx(alone, abs=1e-4)
    assert scorer.score([]) == []


def test_darkened_and_blurred_photos_score_lower(scorer):
    image = data.rocket()
    small = Image.fromarray(image).resize((16, 16)).resize(image.shape[1::-1])
    spoilt = [image, image // 8, np.asarray(small)]
    raws = [r.score.raw for r in scorer.score([Decoded(each, 1, 1) for each in spoilt])]
    assert raws[0] > raws[1] and raws[0] > raws[2]


def test_info_says_what_runs_where(scorer, weights_dir):
    info = scorer.info
    assert info.name == "NIMA MobileNet, embedded default" and info.embedded_default
    assert (info.version, info.device, info.note) == ("nima-1", "cpu", None)
    assert info.checkpoint == str(weights_dir / FILE) and info.sha256.startswith("e563ad91")
    assert info.runtime == f"torch {torch.__version__} fp32 channels_last"


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 2500), st.integers(1, 2500))
def test_nearest_input_takes_the_pixels_that_pillow_takes(height, width):
    image = np.random.default_rng(height * width).integers(0, 256, (height, width, 3), dtype=np.uint8)
    expected = Image.fromarray(image).resize((224, 224), Image.Resampling.NEAREST)
    assert np.array_equal(nearest_input(image), np.asarray(expected))


def test_missing_and_altered_weights_are_refused_before_anything_loads(weights_dir, tmp_path, spoilt):
    with pytest.raises(WeightsMissingError, match=r"run: main\.py models install"):
        NimaScorer(tmp_path, "cpu", 8)
    spoilt("dense_1", "bias", np.array(0.5, np.float32))
    with pytest.raises(WeightsCorruptError, match="SHA-256"):
        NimaScorer(tmp_path, "cpu", 8)


def test_weights_replaced_after_the_check_are_refused_at_loading(weights_dir, tmp_path):
    shutil.copyfile(weights_dir / FILE, tmp_path / FILE)
    scorer = NimaScorer(tmp_path, "cpu", 8)
    (tmp_path / FILE).write_bytes(b"another file")
    with pytest.raises(WeightsCorruptError):
        scorer.load()


def test_constructing_imports_nothing_heavy(weights_dir):
    code = f"""
import sys
from pathlib import Path
from engine.models.device import Device
from engine.scoring.aesthetic import NimaScorer
NimaScorer(Path({str(weights_dir)!r}), Device("cpu"), 8)
assert not {{"torch", "h5py"}} & set(sys.modules), "heavy import"
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_absent_device_is_a_usage_error(weights_dir):
    with pytest.raises(UsageError):
        NimaScorer(weights_dir, "cuda:99", 8)


@pytest.mark.parametrize(
    ("layer", "part", "values", "said"),
    [
        ("conv_pw_3", "kernel", np.zeros((1, 1, 128, 64), np.float32), r"conv_pw_3.*\(1, 1, 128, 64\)"),
        ("conv1_bn", "gamma", None, "conv1_bn/conv1_bn/gamma:0 is missing"),
        ("dense_1", "kernel", np.array(np.nan, np.float32), "dense_1.*not finite"),
        ("conv_dw_5", "depthwise_kernel", np.array(np.inf, np.float32), "conv_dw_5.*not finite"),
        ("conv_dw_13_bn", "moving_variance", np.array(-1, np.float32), "negative"),
    ],
)  # fmt: skip
def test_unusable_tensors_are_named(spoilt, layer, part, values, said):
    with pytest.raises(ModelError, match=said):
        load_nima(spoilt(layer, part, values))


def test_file_that_is_no_hdf5(tmp_path):
    (tmp_path / "text.hdf5").write_text("not a model", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be read"):
        load_nima(tmp_path / "text.hdf5")


class Gpu:
    """A device that takes batches of at most `room`, or fails in another way; really the CPU."""

    def __init__(self, room: int = 99, error: Exception | None = None, on_placing: Exception | None = None):
        self.room, self.error, self.on_placing = room, error, on_placing
        self.batches: list[tuple[str, int]] = []

    def place(self, network, device, cpu_threads):
        if device != "cpu" and self.on_placing:
            raise self.on_placing
        really = place_network(network, "cpu", cpu_threads)

        def forward(pixels):
            self.batches.append((device, len(pixels)))
            if device != "cpu" and self.error:
                raise self.error
            if device != "cpu" and len(pixels) > self.room:
                raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB\nmore")
            return really.run(pixels)

        return Placed(forward)


def scores_on(gpu, weights_dir, photos, device="cuda", batch_size=8):
    scorer = NimaScorer(weights_dir, Device(device), batch_size, Runtime(place=gpu.place))
    raws = [result.score.raw for result in scorer.score(photos)]
    info = scorer.info
    scorer.close()
    assert scorer.info == info
    return raws, info


def test_out_of_memory_halves_the_batch_and_says_so(weights_dir, photos):
    gpu = Gpu(room=2)
    raws, info = scores_on(gpu, weights_dir, photos * 2)
    assert raws == pytest.approx(list(GOLDEN.values()) * 2, abs=2e-3)
    assert (info.device, info.note) == ("cuda", "CUDA out of memory; batch 8 -> 2")
    assert [size for _, size in gpu.batches] == [8, 4, 2, 2, 2, 2]


def test_too_little_memory_for_one_photo_falls_back_to_the_cpu(weights_dir, photos):
    gpu = Gpu(room=0)
    raws, info = scores_on(gpu, weights_dir, photos)
    assert raws == pytest.approx(list(GOLDEN.values()), abs=2e-3)
    assert info.device == "cpu"
    assert "batch 8 -> 1" in info.note
    assert info.note.endswith("fell back to CPU: cuda: CUDA out of memory. Tried to allocate 2.00 GiB")
    assert gpu.batches[-1] == ("cpu", 4)


@pytest.mark.parametrize(
    ("device", "error"),
    [
        ("cuda", RuntimeError("CUDA error: unspecified launch failure")),
        ("mps", NotImplementedError("The operator 'aten::x' is not implemented for the MPS device")),
    ],
)
def test_failing_device_falls_back_to_the_cpu_and_says_why(weights_dir, photos, device, error):
    gpu = Gpu(error=error)
    raws, info = scores_on(gpu, weights_dir, photos, device)
    assert raws == pytest.approx(list(GOLDEN.values()), abs=2e-3)
    assert (info.device, info.note) == ("cpu", f"fell back to CPU: {device}: {error}")
    assert gpu.batches == [(device, 4), ("cpu", 4)]


def test_device_that_cannot_hold_the_network_falls_back_to_the_cpu(weights_dir, photos):
    gpu = Gpu(on_placing=torch.cuda.OutOfMemoryError("CUDA out of memory"))
    raws, info = scores_on(gpu, weights_dir, photos)
    assert raws == pytest.approx(list(GOLDEN.values()), abs=2e-3)
    assert (info.device, info.note) == ("cpu", "fell back to CPU: cuda: CUDA out of memory")


def test_network_stays_on_the_cpu_when_a_device_gets_it(weights_dir):
    network = load_nima(weights_dir / FILE)
    place_network(network, "meta", 1)
    assert {parameter.device.type for parameter in network.parameters()} == {"cpu"}


def test_failure_on_the_cpu_is_an_error_for_each_photo(weights_dir, photos):
    def place(network, device, cpu_threads):
        def forward(pixels):
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")

        return Placed(forward)

    scorer = NimaScorer(weights_dir, Device("cpu"), 8, Runtime(place=place))
    results = scorer.score(photos)
    assert [result.score for result in results] == [None] * 4
    assert all("can't allocate memory" in result.error for result in results)
    assert scorer.info.note == "CPU out of memory; batch 8 -> 1"


@pytest.mark.parametrize("output", [0, 1])
def test_a_number_that_is_not_finite_is_an_error_never_a_score(weights_dir, photos, output):
    def place(network, device, cpu_threads):
        really = place_network(network, device, cpu_threads)

        def forward(pixels):
            outputs = really.run(pixels)
            outputs[output][1] = np.nan
            return outputs

        return Placed(forward)

    results = NimaScorer(weights_dir, Device("cpu"), 8, Runtime(place=place)).score(photos)
    assert [result.score is None for result in results] == [False, True, False, False]
    assert "no finite number" in results[1].error and results[1].features is None


def test_note_of_the_chosen_device_is_kept(weights_dir, photos):
    chosen = Device("cpu", "a GPU driver is installed, but torch finds no GPU")
    scorer = NimaScorer(weights_dir, chosen, 8)
    scorer.score(photos)
    assert scorer.info.note == chosen.note


def test_closed_scorer_keeps_its_info_and_can_load_again(weights_dir, photos):
    scorer = NimaScorer(weights_dir, "cpu", 8)
    first = scorer.score(photos[:1])[0].score.raw
    scorer.close()
    scorer.close()
    assert scorer.info.runtime is not None
    assert scorer.score(photos[:1])[0].score.raw == first
