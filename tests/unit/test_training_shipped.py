"""Training of the shipped weights, on a small data set of real photos."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from engine.biq2021 import read_all_ratings
from engine.comparing.framing import FRAMING, PARTS
from engine.comparing.pair_head import exact_probability, pair_head
from engine.comparing.traits import VIEW_TRAITS
from engine.errors import UsageError
from engine.models.device import Device
from engine.models.opinion import FeatureModel, OpinionModel, Tuned
from engine.models.opinion_head import parted
from engine.models.own_weights import find_own_weights, read_tensors
from engine.models.runtime import Runtime
from engine.models.views import views_of
from engine.training.biq.comparator import train_comparator
from engine.training.biq.faults import FAULTS, FRAMING_FAULTS
from engine.training.biq.kept import Arrays, kept, key_of
from engine.training.biq.maps import TrunkModel, kept_maps
from engine.training.biq.opinion_fit import FitSettings, folds_of
from engine.training.biq.pair_fit import Crops, Pairs, Seen, fit_head, temperature_of
from engine.training.biq.quality import Networks, bench_of, held_out, kept_features, train_quality
from engine.training.biq.samples import LEAK_FREE, VIEWS, both_views, choose_samples, read_pixels
from engine.training.biq.trained import Recipe, trained_on, write
from engine.training.biq.tuning import TuneSettings, standard_of, tune
from tests.unit.opinion_files import write_biq

UNFRAMED = np.zeros(FRAMING)
SMALL = Recipe(
    1, FitSettings(directions=12, landmarks=16, linear_penalty=10.0), TuneSettings(passes=2, batch=8)
)


@pytest.fixture(scope="module")
def networks(weights_dir: Path) -> Iterator[Networks]:
    cpu, runtime = Device("cpu"), Runtime("torch")
    opened: list[OpinionModel] = []

    def open_one(folder: Path, name: str) -> OpinionModel:
        opened.append(OpinionModel(weights_dir, cpu, 4, runtime, folder, name))
        return opened[-1]

    features = FeatureModel(weights_dir, cpu, 4, runtime)
    yield Networks(features, TrunkModel(weights_dir, cpu, runtime), open_one)
    for each in (features, *opened):
        each.close()


class Trained(NamedTuple):
    """Weights for quality, and the photos that they learned from."""

    data: Path
    splits: Path
    out: Path
    sha256: str


@pytest.fixture(scope="module")
def trained(
    tmp_path_factory: pytest.TempPathFactory, photos: dict[str, Image.Image], networks: Networks
) -> Trained:
    folder = tmp_path_factory.mktemp("trained")
    data, out = folder / "data", folder / "out"
    splits = write_biq(data, photos)
    sha256 = train_quality(data, splits, out, networks, False, SMALL, list[str]().append)
    return Trained(data, splits, out, sha256)


def test_training_learns_what_people_liked_and_writes_what_can_be_used(
    trained: Trained, networks: Networks
) -> None:
    model = networks.opened(trained.out, "quality")
    assert model.weights.sha256 == trained.sha256
    assert model.weights.facts["trained_on"] == ["train"]
    samples = choose_samples(trained.data, trained.splits, LEAK_FREE)
    looks = model.look([views_of(read_pixels(photo.path)) for photo in samples.photos])
    guessed = np.array([look.whole.opinion for look in looks])
    untrained = float(np.square(samples.opinions - samples.opinions.mean()).mean())
    assert float(np.square(samples.opinions - guessed).mean()) < 0.5 * untrained
    figures = model.weights.facts["figures"]
    assert figures["held_out_srcc"] > 0.3  # photos of scenes it did not see
    assert {"tuned_alone_srcc", "kernel_alone_srcc"} < set(figures)


def test_the_held_out_weights_know_no_opinion_of_the_scenes_held_out(
    tmp_path: Path, trained: Trained, photos: dict[str, Image.Image], networks: Networks
) -> None:
    """Other opinions of the photos held out change nothing in them, and something in those that ship."""
    data, out = tmp_path / "data", tmp_path / "out"
    splits = write_biq(data, photos)
    samples = choose_samples(data, splits, LEAK_FREE)
    held = [samples.photos[place].name for place in np.flatnonzero(held_out(samples, 0))]
    assert 0 < len(held) < len(samples.photos)
    for name in held:
        change_opinion(data, name)
    shipped = train_quality(data, splits, out, networks, False, SMALL, list[str]().append)
    without = [find_own_weights("quality-held-out", each).sha256 for each in (trained.out, out)]
    assert without[0] == without[1]
    assert shipped != trained.sha256


def change_opinion(data: Path, name: str) -> None:
    for file in data.glob("*.csv"):
        lines = file.read_text(encoding="utf-8").splitlines()
        if "MOS" in lines[0]:
            changed = [f"{name},0.5" if line.startswith(f"{name},") else line for line in lines]
            file.write_text("\n".join(changed) + "\n", encoding="utf-8")


def test_tuning_changes_the_last_blocks_and_lowers_the_loss(
    tmp_path: Path, photos: dict[str, Image.Image], networks: Networks
) -> None:
    data, said = tmp_path / "data", list[str]()
    samples = choose_samples(data, write_biq(data, photos), LEAK_FREE)
    features = kept_features(tmp_path, samples, networks.features, said.append, "features.npz")
    maps = kept_maps(tmp_path / "maps.npy", samples, networks.trunk, lambda done, total: None)
    untouched = np.array(maps)
    settings, mobilenet = TuneSettings(passes=4, batch=8), networks.trunk.path
    tail = tune(maps, features, samples.opinions, standard_of(features), mobilenet, settings, said.append)
    losses = [float(line.rsplit(" ", 1)[1]) for line in said if line.startswith("pass ")]
    assert len(losses) == 4
    assert losses[-1] < losses[0]
    plain = networks.features.features(both_views(read_pixels(samples.photos[0].path)))
    tuned = Tuned("0" * 64, lambda: [{}, dict(tail.blocks)])
    model = FeatureModel(mobilenet.parent, Device("cpu"), 4, Runtime("torch"), tuned=tuned)
    after = model.features(both_views(read_pixels(samples.photos[0].path)))
    model.close()
    (frozen, (as_it_came,)), (frozen_after, tails) = parted(plain[0]), parted(after[0])
    assert np.array_equal(frozen, frozen_after)
    assert np.array_equal(as_it_came, tails[0])
    assert not np.allclose(as_it_came, tails[1])
    measured: list[int] = []
    kept = kept_maps(tmp_path / "maps.npy", samples, networks.trunk, lambda done, _: measured.append(done))
    assert not measured
    assert np.array_equal(kept, untouched)


def test_runs_differ_by_seed_and_what_they_think_is_averaged(
    tmp_path: Path, photos: dict[str, Image.Image], networks: Networks
) -> None:
    """And a run that was finished is not run again."""
    data, out, said = tmp_path / "data", tmp_path / "out", list[str]()
    splits = write_biq(data, dict(list(photos.items())[:2]))
    samples, tuning = choose_samples(data, splits, LEAK_FREE), TuneSettings(passes=1, batch=8)
    bench = bench_of(out, samples, networks, False, SMALL.fit, said.append)
    view = both_views(read_pixels(samples.photos[0].path))[0]

    def thought(runs: int, seed: int) -> float:
        said.clear()
        recipe = Recipe(runs, SMALL.fit, replace(tuning, seed=seed))
        trained = trained_on(bench, np.arange(len(samples.photos)), recipe, said.append)
        write(out, f"{runs}-{seed}", bench, trained, recipe, {})
        return float(networks.opened(out, f"{runs}-{seed}").think([view])[0][0])

    first, second = thought(1, 0), thought(1, 1)
    assert any(line.startswith("pass") for line in said)
    assert abs(first - second) > 1e-5
    assert thought(2, 0) == pytest.approx((first + second) / 2, abs=1e-6)
    assert said == []


def test_the_comparator_is_trained_and_calibrated_after_quality(
    tmp_path: Path, trained: Trained, networks: Networks
) -> None:
    data, splits = trained.data, trained.splits
    out = Path(shutil.copytree(trained.out, tmp_path / "out"))
    sha256 = train_comparator(data, splits, out, networks.opened, 0, list[str]().append)
    weights = find_own_weights("comparator", out)
    assert weights.sha256 == sha256
    assert weights.facts["network_sha256"] == trained.sha256
    samples = choose_samples(data, splits, LEAK_FREE)
    liked = held_out(samples, 0) & (samples.opinions >= 0.55)
    pairs = weights.facts["pairs"]
    assert pairs["faults"] + pairs["crops"] == 6 * int(liked.sum())
    assert pairs["faults"] > pairs["crops"]
    head = pair_head(read_tensors(weights))
    assert 0.2 <= head.temperature <= 5.0
    assert head.temperature != 1.0


def test_the_official_figure_is_of_weights_of_their_own(
    tmp_path: Path, photos: dict[str, Image.Image], networks: Networks
) -> None:
    data, out, said = tmp_path / "data", tmp_path / "out", list[str]()
    splits = write_biq(data, dict(list(photos.items())[:3]))
    lines = splits.read_text(encoding="utf-8").splitlines()
    splits.write_text("\n".join([*lines[:-4], *(line.replace(",train", ",twin") for line in lines[-4:])]))
    train_quality(data, splits, out, networks, True, SMALL, said.append)
    facts = find_own_weights("quality-official", out).facts
    assert facts["trained_on"] == ["train", "twin"]
    assert facts["photos"] == 12
    assert facts["figures"]["leaking_test_srcc"] > 0.5
    assert not (out / "quality.safetensors").exists()


@pytest.mark.parametrize("use", ["never", "test", "twin"])
def test_photos_that_must_not_be_trained_on_are_not(
    use: str, tmp_path: Path, photos: dict[str, Image.Image]
) -> None:
    splits = write_biq(tmp_path, dict(list(photos.items())[:2]), use)
    assert read_all_ratings(tmp_path)
    with pytest.raises(UsageError, match="may be trained on"):
        choose_samples(tmp_path, splits, LEAK_FREE)


def test_photos_of_one_scene_share_their_fold() -> None:
    clusters = np.repeat(np.arange(40), 3)
    folds = folds_of(clusters, 5, 0)
    assert all(len(set(folds[clusters == cluster])) == 1 for cluster in range(40))
    assert set(folds) == set(range(5))


def proven_crops() -> Crops:
    """Pairs of which only the evidence tells which is better."""
    places = np.arange(100)
    return Crops(Pairs(places, places + 100, np.ones(100)), np.tile([1.0, 0.3], (100, 1)))


def test_a_head_learns_from_pairs_which_of_two_is_better() -> None:
    rng = np.random.default_rng(0)
    opinions = rng.random(300)
    features = rng.normal(0, 1, (300, VIEWS, 40)).astype(np.float32)
    features[:, :, 0] = 3.0 * opinions[:, None]
    traits = rng.normal(0, 1, (300, VIEWS, VIEW_TRAITS))
    seen = Seen(rng.random((300, VIEWS)), features, traits)
    first, second = rng.integers(0, 200, 4000), rng.integers(0, 200, 4000)
    people = Pairs(first, second, (opinions[first] > opinions[second]).astype(float))
    worst, best = np.argsort(opinions)[:50], np.argsort(opinions)[-50:]
    head = pair_head(fit_head(seen, people, Pairs(best, worst, np.ones(50)), proven_crops()))
    whole = [
        np.concatenate([*map(head.view, seen.opinions[i], seen.features[i], seen.traits[i]), UNFRAMED])
        for i in range(200, 300)
    ]
    right = [
        (head.probability(whole[a], whole[b]) > 0.5) == (opinions[200 + a] > opinions[200 + b])
        for a in range(100)
        for b in range(a)
    ]
    assert np.mean(right) > 0.75
    assert (head.crop > 0.5).all()
    untold = Crops(proven_crops().pairs, np.zeros((100, PARTS)))
    other = fit_head(seen, people, Pairs(best, worst, np.ones(50)), untold)
    assert np.array_equal(pair_head(other).linear, head.linear), "crops teach nothing of photos"


def test_the_temperature_is_the_one_that_made_the_answers() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, 20_000)
    better = rng.random(20_000) < [exact_probability(logit / 2.0) for logit in logits]
    assert temperature_of(logits, better.astype(float)) == pytest.approx(2.0, rel=0.1)


def test_what_was_measured_is_kept_until_something_else_is_asked_for(tmp_path: Path) -> None:
    file, asked = tmp_path / "out" / "plain.npz", list[float]()

    def measure(value: float) -> Callable[[], Arrays]:
        def measured() -> Arrays:
            asked.append(value)
            return {"values": np.full(3, value)}

        return measured

    for key, value in (("a", 1.0), ("a", 2.0), ("b", 3.0)):
        assert kept(file, key_of(key), measure(value))["values"].tolist() == [3.0 if key == "b" else 1.0] * 3
    assert asked == [1.0, 3.0]
    file.write_bytes(file.read_bytes()[:40])  # as a full disk leaves it
    assert kept(file, key_of("b"), measure(4.0))["values"].tolist() == [4.0] * 3
    assert [path.name for path in file.parent.iterdir()] == ["plain.npz"]


@pytest.mark.parametrize("name", [*FAULTS, *FRAMING_FAULTS])
def test_every_fault_grows_with_its_strength_and_follows_its_seed(
    name: str, photos: dict[str, Image.Image]
) -> None:
    clean = np.asarray(photos["astronaut"].convert("RGB").resize((256, 256)))
    make = {**FAULTS, **FRAMING_FAULTS}[name]
    mild, strong = (make(clean, strength, np.random.default_rng(5)) for strength in (0.1, 0.9))
    assert mild.dtype == np.uint8
    assert np.array_equal(mild, make(clean, 0.1, np.random.default_rng(5)))
    if mild.shape == strong.shape == clean.shape:
        off = [np.abs(copy.astype(float) - clean).mean() for copy in (mild, strong)]
        assert 0 < off[0] < off[1]
    else:
        assert strong.shape[0] * strong.shape[1] < mild.shape[0] * mild.shape[1] < 256 * 256
