"""Which device is chosen, what an absent one is answered with, and that torch stays unloaded."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UsageError
from engine.models import device
from engine.models.device import Device, choose_device, device_of
from engine.settings import load_settings


@pytest.fixture
def machine(monkeypatch):
    """Say what the machine has: a GPU driver, usable CUDA devices (or why none), Apple's MPS."""

    def describe(driver=False, cuda=(0, "torch finds no GPU"), apple=False, mps=False):
        monkeypatch.setattr(device, "_has_gpu_driver", lambda: driver)
        monkeypatch.setattr(device, "_torch_cuda_devices", lambda: cuda)
        monkeypatch.setattr(device, "_is_apple_silicon", lambda: apple)
        monkeypatch.setattr(device, "_torch_sees_mps", lambda: mps)

    return describe


def test_auto_takes_cuda_then_mps_then_cpu(machine):
    machine(driver=True, cuda=(2, ""))
    assert choose_device("auto") == Device("cuda")
    machine(apple=True, mps=True)
    assert choose_device("auto") == Device("mps")
    machine()
    assert choose_device("auto") == Device("cpu")


def test_auto_says_why_a_gpu_is_not_used(machine):
    machine(driver=True, cuda=(0, "torch 2.14.1+cpu was built without CUDA"))
    found = choose_device("auto")
    assert found.name == "cpu" and found.note is not None and "built without CUDA" in found.note


@pytest.mark.parametrize("name", ["cpu", "cuda", "cuda:0", "cuda:1", "mps"])
def test_a_device_that_is_there_is_taken_as_named(machine, name):
    machine(driver=True, cuda=(2, ""), apple=name == "mps", mps=name == "mps")
    assert choose_device(name) == Device(name)


@pytest.mark.parametrize(
    ("name", "has", "said"),
    [
        ("cuda", {}, "no GPU driver is installed"),
        ("cuda:0", {"driver": True, "cuda": (0, "torch finds no GPU")}, "torch finds no GPU"),
        ("cuda:7", {"driver": True, "cuda": (1, "")}, "only cuda:0 is there"),
        ("cuda:4", {"driver": True, "cuda": (4, "")}, "cuda:0 to cuda:3 are there"),
        ("mps", {"driver": True, "cuda": (1, "")}, "Apple silicon"),
        ("mps", {"apple": True}, "this build of torch has no MPS"),
    ],
)
def test_a_named_device_that_is_not_there_is_a_usage_error(machine, name, has, said):
    machine(**has)
    with pytest.raises(UsageError, match=said) as caught:
        choose_device(name)
    assert caught.value.exit_code == 2


@given(st.text(max_size=12).filter(lambda text: text not in ("auto", "cpu", "cuda", "mps")))
def test_any_other_word_is_a_usage_error(text):
    with pytest.raises(UsageError):
        choose_device(text if not text.startswith("cuda:") else "gpu")


@pytest.mark.parametrize(
    "name", ["", "CUDA", "cuda:", "cuda:-1", "cuda:x", "cuda:1 ", "cuda:1\n", "gpu", "cuda:٣"]
)
def test_misspelt_devices_are_usage_errors(machine, name):
    machine(driver=True, cuda=(8, ""))
    with pytest.raises(UsageError, match="Use auto, cpu, cuda, cuda:N or mps"):
        choose_device(name)


def test_without_a_gpu_driver_torch_is_never_imported():
    code = """
import sys
from engine.models import device
device._has_gpu_driver = lambda: False
device._is_apple_silicon = lambda: False
assert device.choose_device("auto").name == device.choose_device("cpu").name == "cpu"
try:
    device.choose_device("cuda:1")
except device.UsageError:
    pass
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_torch_says_here_agrees_with_the_choice():
    import torch

    expected = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    assert choose_device("auto").name == expected


def test_a_device_that_is_not_there_is_told_with_the_place_that_names_it(machine, tmp_path):
    machine()
    config = tmp_path / "config.yaml"
    config.write_text("# mine\ndevice: cuda\n", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        device_of(load_settings(config))
    said = str(caught.value)
    assert said.startswith(f"{config}, line 2: device: cuda cannot be used: no GPU driver is installed")
    assert said.endswith("Say auto or cpu there.")
    with pytest.raises(UsageError, match=r"^--device: cuda:1 cannot be used: "):
        device_of(load_settings(config), "cuda:1")
    assert device_of(load_settings(config), "cpu").name == "cpu"
