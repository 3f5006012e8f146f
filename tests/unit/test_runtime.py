"""Whatever runs a network gives torch's answers, or does not run it; and it always says which it was."""

from __future__ import annotations

import ast
import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import engine.models.openvino_runner as openvino_runner
from engine.album.decode import Decoded
from engine.errors import ModelError, RuntimeUnfitError
from engine.models.converted import ANSWERS, ARRAYS, FACTS, NETWORK, find_or_convert
from engine.models.device import Device
from engine.models.network import Built, NetworkSource
from engine.models.openvino_runner import OpenVinoRunner
from engine.models.placement import Placed, place_network
from engine.models.probe import deviation, probe_pixels
from engine.models.runtime import Runtime
from engine.models.torch_runner import TorchRunner
from engine.scoring.aesthetic import NimaScorer

ENGINE = Path(__file__).resolve().parents[2] / "engine"
CPU = Device("cpu")
HEAD = np.float32([[0.5, -1.25]])
SHAPE = (32, 48, 3)


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, 8, 3, stride=2)
        self.dense = nn.Linear(8, 5)

    def forward(self, pixels):
        features = self.convolution(pixels.permute(0, 3, 1, 2).float() / 127.5 - 1).relu().mean(dim=(2, 3))
        return self.dense(features), features


class Unsupported(Small):
    def forward(self, pixels):
        answer, features = super().forward(pixels)
        return torch.special.airy_ai(answer), features


def source_of(network=Small, facts=None, sha256="ab" * 32, builds=None) -> NetworkSource:
    def build() -> Built:
        if builds is not None:
            builds.append(sha256)
        torch.manual_seed(1)
        return Built(network().eval(), SHAPE, facts or {}, {"head": HEAD})

    return NetworkSource(sha256, "small-1", build)


def truth(pixels, network=Small):
    torch.manual_seed(1)
    with torch.inference_mode():
        return tuple(output.numpy() for output in network().eval()(torch.from_numpy(pixels)))


@pytest.fixture
def pixels():
    return probe_pixels(SHAPE)[[2, 0, 3, 1, 1]]


def test_openvino_answers_as_torch_does_and_says_its_precision(tmp_path, pixels):
    opened = Runtime("auto", tmp_path).open(source_of(facts={"crop": 7}), CPU, 2)
    outputs = opened.runner.run(list(pixels))
    assert deviation(outputs, truth(pixels)).tolerable
    assert [len(output) for output in outputs] == [5, 5]
    assert opened.facts == {"crop": 7}
    name, _, precision = opened.runner.runtime.split()
    assert name == "OpenVINO" and precision in ("f16", "bf16", "f32")
    assert (opened.runner.device, opened.runner.note) == ("cpu", None)


def test_a_kept_network_is_not_built_again_and_keeps_its_facts(tmp_path):
    builds: list[str] = []
    for _ in range(2):
        opened = Runtime("auto", tmp_path).open(source_of(facts={"crop": 7}, builds=builds), CPU, 2)
        assert opened.facts == {"crop": 7}
        np.testing.assert_array_equal(opened.arrays["head"], HEAD)
    assert builds == ["ab" * 32]
    Runtime("auto", tmp_path).open(source_of(sha256="cd" * 32, builds=builds), CPU, 2)
    assert builds == ["ab" * 32, "cd" * 32]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "abababababababababababababababab-small-1",
        "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd-small-1",
    ]


@pytest.mark.parametrize("file", [NETWORK, FACTS, ANSWERS, ARRAYS])
def test_a_damaged_kept_network_is_made_anew(tmp_path, pixels, file):
    Runtime("auto", tmp_path).open(source_of(), CPU, 2)
    damaged = next(tmp_path.iterdir()) / file
    damaged.write_bytes(damaged.read_bytes()[:100])
    builds: list[str] = []
    opened = Runtime("auto", tmp_path).open(source_of(builds=builds), CPU, 2)
    assert builds and deviation(opened.runner.run(list(pixels)), truth(pixels)).tolerable


def other_answers(folder) -> None:
    """As if torch had said something else than OpenVINO does."""
    path = next(folder.iterdir()) / ANSWERS
    with np.load(path) as file:
        answers = {name: file[name] * 1.05 for name in file.files}
    np.savez(path, **answers)


def test_other_answers_than_those_of_torch_are_not_used_and_it_is_said(tmp_path, pixels):
    Runtime("auto", tmp_path).open(source_of(), CPU, 2)
    other_answers(tmp_path)
    opened = Runtime("auto", tmp_path).open(source_of(), CPU, 2)
    assert opened.runner.runtime.startswith("torch")
    assert "torch, not OpenVINO: OpenVINO's answers differ from torch's" in opened.runner.note
    assert "4.76%" in opened.runner.note
    np.testing.assert_allclose(opened.runner.run(list(pixels))[0], truth(pixels)[0], atol=1e-5)


def test_who_demands_openvino_gets_it_or_an_error(tmp_path):
    Runtime("openvino", tmp_path).open(source_of(), CPU, 2)
    other_answers(tmp_path)
    with pytest.raises(ModelError, match="OpenVINO's answers differ"):
        Runtime("openvino", tmp_path).open(source_of(), CPU, 2)


def test_a_network_that_openvino_cannot_express_runs_on_torch_and_it_is_said(tmp_path, pixels):
    with pytest.raises(RuntimeUnfitError):
        find_or_convert(source_of(Unsupported), tmp_path)
    opened = Runtime("auto", tmp_path).open(source_of(Unsupported), CPU, 2)
    assert "torch, not OpenVINO: OpenVINO cannot run this network" in opened.runner.note
    np.testing.assert_allclose(opened.runner.run(list(pixels))[0], truth(pixels, Unsupported)[0], atol=1e-5)


def test_a_checkpoint_that_cannot_be_used_is_an_error_not_a_fallback(tmp_path):
    def build():
        raise ModelError("the tensor x is missing")

    with pytest.raises(ModelError, match="tensor x is missing"):
        Runtime("auto", tmp_path).open(NetworkSource("ab" * 32, "1", build), CPU, 2)


def test_torch_takes_over_when_openvino_fails_in_use(tmp_path, pixels, monkeypatch):
    opened = Runtime("auto", tmp_path).open(source_of(), CPU, 2)

    def fail(request, batch):
        raise RuntimeError("out of registers\nand more")

    monkeypatch.setattr(openvino_runner, "_answers", fail)
    outputs = opened.runner.run(list(pixels))
    np.testing.assert_allclose(outputs[0], truth(pixels)[0], atol=1e-5)
    assert opened.runner.runtime.startswith("torch")
    assert opened.runner.note == "OpenVINO failed, torch took over: out of registers"


def test_a_precision_whose_answers_are_off_is_passed_over(tmp_path):
    converted = find_or_convert(source_of(), tmp_path)

    def rescue():
        raise AssertionError("not needed")

    exact = OpenVinoRunner(converted, 2, 1, rescue, precisions=("f32",))
    assert exact.precision == "f32" and exact.deviation.answer < 1e-5
    nudged = tuple(answer * 1.02 for answer in converted.answers)
    spoilt = type(converted)(converted.model, converted.input_shape, {}, {}, nudged)
    with pytest.raises(RuntimeUnfitError, match=r"f32 is off by 1\.9\d%"):
        OpenVinoRunner(spoilt, 2, 1, rescue, precisions=("f32",))


def test_openvino_is_for_cpus_and_says_so_elsewhere(tmp_path):
    def place(network, device, threads):
        return place_network(network, "cpu", threads)

    opened = Runtime("openvino", tmp_path, place).open(source_of(), Device("cuda"), 2)
    assert opened.runner.note == "OpenVINO runs on CPUs: torch runs on cuda"
    assert opened.runner.device == "cuda"


@pytest.mark.parametrize(("factor", "precision"), [(1.003, "fp16"), (1.05, "fp32"), (np.nan, "fp32")])
def test_half_precision_is_used_only_where_the_answers_stay(pixels, factor, precision):
    def place(network, device, threads):
        full = place_network(network, "cpu", threads)
        return Placed(full.run, half=lambda batch: tuple(out * np.float32(factor) for out in full.run(batch)))

    torch.manual_seed(1)
    runner = TorchRunner(Small().eval(), Device("cuda"), 2, 1, place, SHAPE)
    assert runner.runtime.split()[2] == precision
    assert (runner.note is None) == (precision == "fp16")
    expected = truth(pixels)[0] * (factor if precision == "fp16" else 1)
    np.testing.assert_allclose(runner.run(list(pixels))[0], expected, atol=1e-5)


def test_the_default_model_gives_the_same_scores_on_both_runtimes(weights_dir, photos, tmp_path):
    arrays = [np.asarray(photo) for photo in photos.values()]
    decoded = [Decoded(array, array.shape[1], array.shape[0]) for array in arrays]
    raws: dict[str, list[float]] = {}
    for choice in ("torch", "openvino"):
        scorer = NimaScorer(weights_dir, "cpu", 4, Runtime(choice, tmp_path))
        raws[choice] = [result.score.raw for result in scorer.score(decoded)]
        assert scorer.info.runtime.lower().startswith(choice)
    assert raws["openvino"] == pytest.approx(raws["torch"], abs=0.03)
    facts = json.loads((next(tmp_path.iterdir()) / FACTS).read_text())
    assert facts["input_shape"] == [224, 224, 3]


def test_openvinos_own_reporter_is_never_imported(tmp_path):
    Runtime("auto", tmp_path).open(source_of(), CPU, 2)
    assert sys.modules["openvino_telemetry"] is None
    functions = [
        (path.name, node.name)
        for path in ENGINE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and "import openvino\n" in ast.unparse(node) + "\n"
    ]
    assert functions == [("offline.py", "import_openvino")]


class Masked(Small):
    """Takes a mask as fourth channel: what is outside the photo counts as grey."""

    def forward(self, pixels):
        inside = pixels[..., 3:] > 0
        return super().forward(torch.where(inside, pixels[..., :3], torch.tensor(128, dtype=torch.uint8)))


def test_a_network_with_a_mask_as_fourth_channel(tmp_path):
    def build() -> Built:
        torch.manual_seed(1)
        return Built(Masked().eval(), (32, 48, 4))

    pixels = probe_pixels((32, 48, 4))
    assert pixels.shape == (4, 32, 48, 4) and set(np.unique(pixels[..., 3])) == {0, 255}
    opened = Runtime("openvino", tmp_path).open(NetworkSource("ef" * 32, "1", build), CPU, 2)
    outputs = opened.runner.run(list(pixels))
    assert deviation(outputs, truth(pixels, Masked)).tolerable
    assert not deviation(outputs, truth(pixels[..., :3])).tolerable


WARM = """
import sys
from pathlib import Path
import numpy as np
from engine.album.decode import Decoded
from engine.models.runtime import Runtime
from engine.scoring.aesthetic import NimaScorer

image = np.full((300, 400, 3), 90, np.uint8)
scorer = NimaScorer(Path(sys.argv[1]), "auto", 4, Runtime("auto", Path(sys.argv[2])))
print(scorer.score([Decoded(image, 400, 300)])[0].score.raw, scorer.info.runtime)
print(sorted({"torch", "torchvision", "h5py"} & set(sys.modules)))
"""


def test_with_a_kept_network_neither_torch_nor_torchvision_is_imported(weights_dir, tmp_path):
    NimaScorer(weights_dir, "cpu", 4, Runtime("auto", tmp_path)).load()
    command = [sys.executable, "-W", "error", "-c", WARM, str(weights_dir), str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert "OpenVINO" in said[0] and said[1] == "[]"


def test_a_size_that_does_not_fit_is_no_crash(tmp_path):
    converted = find_or_convert(source_of(), tmp_path)
    wrong = dataclasses.replace(converted, input_shape=(32, 48, 5))
    with pytest.raises(RuntimeUnfitError, match="OpenVINO cannot run this network"):
        OpenVinoRunner(wrong, 1, 1, rescue=lambda: None)


def test_one_at_a_time_and_in_batches_give_the_same_answers(tmp_path, pixels):
    alone = Runtime("auto", tmp_path).open(source_of(), CPU, 1).runner.run(list(pixels))
    together = Runtime("auto", tmp_path).open(source_of(), CPU, 4).runner.run(list(pixels))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-3)


def test_runtimes_are_checked_by_what_becomes_of_the_outputs(tmp_path):
    broken = dataclasses.replace(source_of(), outcome=lambda outputs: (outputs[0] * np.float32(np.nan),))
    with pytest.raises(ModelError, match="differ from torch's"):
        Runtime("openvino", tmp_path).open(broken, CPU, 1)
    harmless = dataclasses.replace(source_of(), outcome=lambda outputs: (np.ones_like(outputs[0]),))
    assert Runtime("openvino", tmp_path).open(harmless, CPU, 1).runner.runtime.startswith("OpenVINO")
