"""The weights manifest and the hashes that are checked against it."""

from __future__ import annotations

import hashlib
import os

import pytest
import yaml

from engine.errors import ModelError, WeightsCorruptError, WeightsMissingError
from engine.models.hashing import checked_hash, sha256_of
from engine.models.manifest import MANIFEST_FILE, find_weights, load_manifest
from engine.types import Role
from tests.unit.wheels import weights_of


@pytest.fixture
def entry():
    return weights_of("some-model", b"content").model_dump(mode="json")


def written(tmp_path, loaded):
    file = tmp_path / "models.yaml"
    file.write_text(yaml.safe_dump(loaded), encoding="utf-8")
    return file


def test_the_shipped_manifest_is_valid_and_complete():
    weights = load_manifest()
    assert {each.name for each in weights} >= {"nima-mobilenet", "face-landmarker", "centerface"}
    assert find_weights("nima-mobilenet").role is Role.AESTHETIC
    assert len(weights) == MANIFEST_FILE.read_text(encoding="utf-8").count("- name:")


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(ModelError, match=r"no entry 'clip'\. Known: nima-mobilenet, "):
        find_weights("clip")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colour": "red"}, "colour"),
        ({"sha256": "ABC"}, "sha256"),
        ({"bytes": 0}, "bytes"),
        ({"file": "../escape.bin"}, "bare file name"),
        ({"package": "unpinned>=1"}, "package"),
        ({"package": "--index-url=http://x==1"}, "package"),
        ({"role": "chef"}, "role"),
    ],
)
def test_wrong_entry_is_an_error_that_names_the_key(tmp_path, entry, change, said):
    with pytest.raises(ModelError, match=said):
        load_manifest(written(tmp_path, {"weights": [entry | change]}))


def test_missing_key_is_an_error_that_names_it(tmp_path, entry):
    del entry["licence"]
    with pytest.raises(ModelError, match="licence: Field required"):
        load_manifest(written(tmp_path, {"weights": [entry]}))


def test_two_entries_of_one_name_are_an_error(tmp_path, entry):
    with pytest.raises(ModelError, match="stands there twice"):
        load_manifest(written(tmp_path, {"weights": [entry, entry]}))


@pytest.mark.parametrize("loaded", [[], {"weights": {}}, {"weights": [], "more": 1}, None])
def test_another_shape_is_an_error(tmp_path, loaded):
    with pytest.raises(ModelError, match="one list named weights"):
        load_manifest(written(tmp_path, loaded))


def test_unreadable_manifest_is_an_error(tmp_path):
    with pytest.raises(ModelError, match="cannot be read"):
        load_manifest(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_text("weights: [", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be read"):
        load_manifest(tmp_path / "bad.yaml")


def test_hash_is_sha256_and_follows_the_content(tmp_path):
    file = tmp_path / "file.bin"
    file.write_bytes(b"one" * 500_000)
    assert sha256_of(file) == hashlib.sha256(b"one" * 500_000).hexdigest()
    file.write_bytes(b"two" * 500_000)
    os.utime(file, ns=(1, 1))
    assert sha256_of(file) == hashlib.sha256(b"two" * 500_000).hexdigest()


def test_unchanged_file_is_read_once(tmp_path):
    file = tmp_path / "file.bin"
    file.write_bytes(b"one")
    os.utime(file, ns=(5, 5))
    first = sha256_of(file)
    with file.open("r+b") as opened:  # same inode, size and time: what the cache goes by
        opened.write(b"two")
    os.utime(file, ns=(5, 5))
    assert sha256_of(file) == first


def test_checked_hash_names_file_and_remedy(tmp_path):
    weights = weights_of("some-model", b"content")
    file = tmp_path / weights.file
    with pytest.raises(
        WeightsMissingError, match=r"some_model\.bin is not installed.*main\.py models install"
    ):
        checked_hash(file, weights)
    file.write_bytes(b"other")
    with pytest.raises(WeightsCorruptError, match=f"expected {weights.sha256[:12]}.*models install"):
        checked_hash(file, weights)
    file.write_bytes(b"content")
    assert checked_hash(file, weights) == weights.sha256


def test_folder_in_place_of_the_weights_is_corrupt(tmp_path):
    weights = weights_of("some-model", b"content")
    (tmp_path / weights.file).mkdir()
    with pytest.raises(WeightsCorruptError, match="cannot be read"):
        checked_hash(tmp_path / weights.file, weights)
