"""Whole runs on small sets of real photos: they learn, they load, and stopping them changes nothing."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
import torch

from engine.album.decode import Decoded, decode
from engine.errors import SettingsError, TrainingError
from engine.models.ava_config import read_ava_config
from engine.models.checkpoint import checkpoint_hash, load_checkpoint
from engine.models.owner_siamese import SiameseUse, build_siamese
from engine.scoring.aesthetic_owner import AvaCheckpointScorer
from engine.training.loop import BatchDone, EpochDone
from engine.training.networks import aesthetic_network, comparator_network
from engine.training.optimiser import half_of
from engine.training.preparation import preparation_of
from engine.training.settings import Optimisation, load_aesthetic_run, load_comparator_run, load_pairs_run
from engine.training.train import Finished, Started, train
from engine.types import Photo
from tests.unit.training_files import SMALL, ava_lines, pair_lines, write_backbone, write_photos, write_run

NAMES = ("coffee", "chelsea", "rocket", "flower")
FROZEN = {"freeze_backbone": True, "epochs": 4, "learning_rate": 0.02, "schedule": "constant"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    worth = write_photos(folder / "photos", NAMES)
    (folder / "AVA.txt").write_text("\n".join(ava_lines(worth)) + "\n", encoding="utf-8")
    (folder / "train_pairlist.txt").write_text("\n".join(pair_lines(worth)) + "\n", encoding="utf-8")
    yield folder
    for large in folder.rglob("*.pt*"):
        large.unlink()


@pytest.fixture(scope="module")
def backbone(folder):
    return str(write_backbone(folder / "resnet50.pth"))


@pytest.fixture(autouse=True)
def one_thread():
    """As many threads as this small work needs: more of them would only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def opinion_run(folder, out, **changes):
    changes.setdefault("transform", SMALL)
    data = {"labels": str(folder / "AVA.txt")} | changes.pop("data", {})
    file = write_run(folder, f"{out}.yaml", output_dir=str(folder / out), data=data, **changes)
    return load_aesthetic_run(file)


def pair_run(folder, out, loader, **changes):
    data = {"pairs": str(folder / "train_pairlist.txt")}
    return loader(write_run(folder, f"{out}.yaml", output_dir=str(folder / out), data=data, **changes))


def losses(events):
    return [event.figures["train_loss"] for event in events if isinstance(event, EpochDone)]


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def looked_at(folder, stem):
    path = folder / "photos" / f"{stem}.JPG"
    return decode(Photo(0, path.name, (path,)))


@pytest.mark.parametrize(("mode", "loss"), [("regression", "mse"), ("distribution", "emd")])
def test_an_aesthetic_run_learns_and_its_file_is_an_owners_file(folder, backbone, mode, loss):
    run = opinion_run(
        folder,
        f"opinions-{mode}",
        model={"output_mode": mode, "pretrained": backbone, "mlp_hidden_dims": [256], "dropout": 0.0},
        training=FROZEN | {"loss": loss, "learning_rate": 0.002 if mode == "regression" else 0.05},
    )
    events = list(train(run))
    assert isinstance(events[0], Started) and (events[0].train, events[0].val) == (8, 4)
    found = losses(events)
    assert found[-1] < 0.8 * found[0], found
    path = run.output_dir / "best_model.pt"
    content = torch.load(path, weights_only=False)
    assert set(content) == {"epoch", "model_state_dict", "val_spearman", "config"}
    assert len(content["model_state_dict"]) == 322 and type(content["val_spearman"]) is np.float64
    assert content["config"]["model"]["output_mode"] == mode
    config = read_ava_config(load_checkpoint(path, checkpoint_hash(path)))
    assert (config.output_mode, config.transform.crop_size) == (mode, 64)
    _assert_tables_add_up(run, events)
    _assert_scores_are_those_of_the_table(folder, run, path)
    _assert_scores_differ_from_the_untrained(folder, run, path)


def _assert_tables_add_up(run, events):
    """Each epoch's figures are those of its steps and predictions; all photos were shown in each."""
    epochs = rows_of(run.output_dir / "epochs.csv")
    told = [event.figures for event in events if isinstance(event, EpochDone)]
    assert len(epochs) == len(told) == run.training.epochs
    batches = [(event.epoch, event.done, event.total) for event in events if isinstance(event, BatchDone)]
    assert batches == [(epoch, step, 2) for epoch in range(1, 5) for step in (1, 2)]
    for number, (row, figures) in enumerate(zip(epochs, told, strict=True), start=1):
        assert {name: float(value) for name, value in row.items()} == pytest.approx(figures, rel=1e-6)
        columns = zip(*rows_of_numbers(run, f"epoch_{number:03d}_steps.csv"), strict=True)
        _, photos, costs, norms = (np.array(column) for column in columns)
        assert photos.sum() == 8
        assert figures["train_loss"] == pytest.approx((photos * costs).sum() / 8, rel=1e-5)
        assert figures["grad_norm_mean"] == pytest.approx(norms.mean(), rel=1e-5)
        assert figures["grad_norm_max"] == pytest.approx(norms.max(), rel=1e-5)
        if run.training.loss == "mse":
            found = rows_of(run.output_dir / "epochs" / f"epoch_{number:03d}_predictions.csv")
            errors = [float(each["opinion"]) - float(each["score"]) for each in found]
            assert figures["val_loss"] == pytest.approx(np.mean(np.square(errors)), rel=1e-4)
            assert figures["val_mae"] == pytest.approx(np.mean(np.abs(errors)), rel=1e-4)


def rows_of_numbers(run, name):
    return [list(map(float, row.values())) for row in rows_of(run.output_dir / "epochs" / name)]


def _assert_scores_are_those_of_the_table(folder, run, path):
    """What the program scores in use is what was written down while training."""
    epoch = json.loads((run.output_dir / "summary.json").read_text())["best_epoch"]
    scorer = AvaCheckpointScorer(path, "cpu", 4)
    for row in rows_of(run.output_dir / "epochs" / f"epoch_{epoch:03d}_predictions.csv"):
        (result,) = scorer.score([looked_at(folder, row["photo"])])
        assert result.score.raw == pytest.approx(float(row["score"]), abs=2e-4)
    scorer.close()


def _assert_scores_differ_from_the_untrained(folder, run, path):
    torch.manual_seed(run.seed)
    untrained = aesthetic_network(run.model, preparation_of(run)).state_dict()
    trained = load_checkpoint(path, checkpoint_hash(path)).state
    assert all(torch.equal(trained[key], untrained[key]) for key in trained if key.startswith("backbone."))
    assert not any(torch.equal(trained[key], untrained[key]) for key in trained if key.startswith("head."))


def everything(folder):
    """All that a run wrote, but for the folder's own name in it."""
    tables = {
        file.relative_to(folder): file.read_bytes()
        for file in folder.rglob("*")
        if file.suffix in (".csv", ".png")
    }
    state = torch.load(folder / "last_state.pt", weights_only=True)
    best = torch.load(folder / "best_model.pt", weights_only=False)
    return (
        tables,
        (state["network"], state["optimiser"]["optimiser"]["state"]),
        best["model_state_dict"],
    )


def same(one, other):
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return all(map(same, one, other)) if isinstance(one, tuple) else one == other


def test_a_resumed_run_equals_one_that_was_never_stopped(folder, backbone):
    def run_to(out):
        augment = {"smallest_crop": 0.8, "brightness": 0.2}
        return opinion_run(
            folder,
            out,
            model={"pretrained": backbone, "dropout": 0.3},
            augment=augment,
            training={"epochs": 3},
        )

    list(train(run_to("whole")))
    stopped = train(run_to("stopped"))
    for event in stopped:
        if isinstance(event, BatchDone) and (event.epoch, event.done) == (2, 1):
            break  # in the middle of the second epoch
    stopped.close()
    assert len(rows_of(folder / "stopped" / "epochs.csv")) == 1
    resumed = list(train(run_to("stopped"), resume=True))
    assert [e.figures["epoch"] for e in resumed if isinstance(e, EpochDone)] == [2, 3]
    for one, other in zip(everything(folder / "whole"), everything(folder / "stopped"), strict=True):
        assert same(one, other)
    again = list(train(run_to("stopped"), resume=True))
    assert [type(event) for event in again] == [Started, Finished]
    with pytest.raises(TrainingError, match="holds a run already"):
        list(train(run_to("stopped")))
    (folder / "stopped" / "last_state.pt").write_bytes(b"PK damaged")
    with pytest.raises(TrainingError, match=r"last_state.pt is damaged"):
        list(train(run_to("stopped"), resume=True))
    other = run_to("stopped").model_copy(update={"seed": 8})
    with pytest.raises(TrainingError, match="started with another seed"):
        list(train(other, resume=True))


def test_a_comparator_learns_pairs_and_its_file_says_what_its_classes_mean(folder, backbone):
    run = pair_run(
        folder,
        "comparator",
        load_comparator_run,
        model={"pretrained": backbone},
        training=FROZEN | {"epochs": 2},
    )
    events = list(train(run))
    found = losses(events)
    assert found[-1] < found[0], found
    path = run.output_dir / "best_model.pt"
    content = torch.load(path, weights_only=False)
    assert set(content) == {"epoch", "model_state_dict", "val_acc", "config"}
    assert len(content["model_state_dict"]) == 320 and type(content["val_acc"]) is np.float64
    assert content["config"]["class_meaning"]["1"] == "second photo better"
    built = build_siamese(path, checkpoint_hash(path))
    use = SiameseUse.of(built.facts, built.arrays)
    assert use.transform.kind == "standard" and use.note is None
    figures = next(
        e.figures for e in events if isinstance(e, EpochDone) and e.figures["epoch"] == content["epoch"]
    )
    assert figures["val_acc"] == content["val_acc"]
    _assert_the_loader_answers_as_the_table(folder, run, built.network, use, content["epoch"])


def _assert_the_loader_answers_as_the_table(folder, run, network, use, epoch):
    table = rows_of(run.output_dir / "epochs" / f"epoch_{epoch:03d}_predictions.csv")
    for row in table[:2]:
        shown = [looked_at(folder, row[key].removesuffix(".JPG")) for key in ("first", "second")]
        pixels = torch.from_numpy(np.stack([use.transform.cropped(each.image) for each in shown]))
        with torch.inference_mode():
            first, second = network(pixels)[0].numpy()
        assert 1 - use.head.class_one(first - second) == pytest.approx(float(row["p_first"]), abs=1e-4)
        assert use.head.class_one(second - first) == pytest.approx(float(row["p_first_if_second"]), abs=1e-4)


def test_a_scorer_learns_from_pairs(folder, backbone):
    run = pair_run(
        folder,
        "ranked",
        load_pairs_run,
        model={"pretrained": backbone, "dropout": 0.0},
        transform=SMALL,
        training=FROZEN,
        split={"val_fraction": 0.3, "test_fraction": 0.25},
    )
    events = list(train(run))
    found = losses(events)
    assert found[-1] < found[0], found
    finished = events[-1]
    assert isinstance(finished, Finished) and 0 <= finished.metrics["test_acc"] <= 1
    path = run.output_dir / "best_model.pt"
    assert read_ava_config(load_checkpoint(path, checkpoint_hash(path))).output_mode == "distribution"
    tests = {row["name"] for row in rows_of(run.output_dir / "splits.csv") if row["part"] == "test"}
    assert len(tests) == len(rows_of(run.output_dir / "test_predictions.csv")) == 3
    _assert_the_best_epoch_is_tested_not_the_last(run)


def _assert_the_best_epoch_is_tested_not_the_last(run):
    said = (run.output_dir / "test_predictions.csv").read_bytes()
    last = run.output_dir / "last_state.pt"
    state = torch.load(last, weights_only=True)
    for tensor in state["network"].values():
        tensor.zero_()
    torch.save(state, last)
    list(train(run, resume=True))
    assert (run.output_dir / "test_predictions.csv").read_bytes() == said


def test_a_corrupt_photo_is_named_and_skipped_and_too_many_stop_the_run(folder, backbone, tmp_path):
    worth = write_photos(tmp_path / "photos", NAMES[:2])
    (tmp_path / "AVA.txt").write_text("\n".join(ava_lines(worth)), encoding="utf-8")
    broken = tmp_path / "photos" / "000001-01.JPG"
    broken.write_bytes(broken.read_bytes()[:200])
    before = {file: file.read_bytes() for file in (tmp_path / "photos").iterdir()}

    def run_allowing(most):
        return opinion_run(
            tmp_path,
            f"out{most}",
            data={"max_bad_fraction": most},
            model={"pretrained": backbone},
            training={"freeze_backbone": True, "epochs": 1},
        )

    list(train(run_allowing(0.5)))
    (skipped,) = rows_of(tmp_path / "out0.5" / "skipped.csv")
    assert (skipped["kind"], skipped["name"]) == ("corrupt photo", "000001-01.JPG")
    with pytest.raises(TrainingError, match=r"1 of 6 entries .*000001-01.JPG"):
        list(train(run_allowing(0.1)))
    assert {file: file.read_bytes() for file in (tmp_path / "photos").iterdir()} == before


def test_a_cpu_learns_in_half_precision_where_asked_and_says_so(folder, backbone):
    def run_in(mixed):
        return opinion_run(
            folder,
            f"mixed-{mixed}",
            model={"pretrained": backbone, "dropout": 0.0},
            training=FROZEN | {"epochs": 2, "learning_rate": 0.002, "mixed_precision": mixed},
        )

    runs = {mixed: list(train(run_in(mixed))) for mixed in ("auto", True)}
    started = [event for events in runs.values() for event in events if isinstance(event, Started)]
    assert [event.half for event in started] == [None, "bfloat16"]
    full, half = map(losses, runs.values())
    assert half[-1] < half[0]
    assert half != full and half == pytest.approx(full, rel=0.1), "rounded, and no more than that"
    path = folder / "mixed-True" / "best_model.pt"
    state = load_checkpoint(path, checkpoint_hash(path)).state
    assert {tensor.dtype for tensor in state.values() if tensor.is_floating_point()} == {torch.float32}


@pytest.mark.parametrize(
    ("device", "auto", "always"),
    [("cuda:1", "float16", "float16"), ("cpu", None, "bfloat16"), ("mps", None, None)],
)
def test_half_precision_is_used_where_it_is_known(device, auto, always):
    asked = [Optimisation.model_construct(mixed_precision=each) for each in ("auto", True, False)]
    told = [half_of(settings, device) for settings in asked]
    assert told == [auto, always, None]


def test_a_precision_that_is_none_is_refused_in_words_of_the_file(folder):
    with pytest.raises(SettingsError, match="mixed_precision must be 'auto', true or false"):
        opinion_run(folder, "unsure", training={"mixed_precision": "maybe"})


def test_training_stops_when_nothing_gets_better(folder, backbone):
    slow = {"freeze_backbone": True, "epochs": 9, "patience": 2, "learning_rate": 1e-12}
    events = list(train(opinion_run(folder, "patient", model={"pretrained": backbone}, training=slow)))
    finished = events[-1]
    assert isinstance(finished, Finished) and (finished.best_epoch, finished.epochs) == (1, 3)


@pytest.mark.parametrize("held", [{"epoch": 1}, [1, 2], {"network": {}, "optimiser": {}}])
def test_a_state_that_is_none_is_refused_and_not_gone_on_from(folder, backbone, held):
    out = f"another state {len(held)} {type(held).__name__}"
    run = opinion_run(folder, out, model={"pretrained": backbone}, training={**FROZEN, "epochs": 1})
    list(train(run))
    torch.save(held, folder / out / "last_state.pt")
    with pytest.raises(TrainingError, match="last_state"):
        list(train(run, resume=True))


@pytest.mark.parametrize("content", [b"device: [cpu", b"\xff\xfe", b"- a list\n"])
def test_settings_of_a_held_run_that_are_damaged_are_named(folder, backbone, tmp_path, content):
    run = opinion_run(folder, "damaged settings", model={"pretrained": backbone})
    held = folder / "damaged settings" / "config.yaml"
    held.parent.mkdir(exist_ok=True)
    held.write_bytes(content)
    with pytest.raises(TrainingError, match="config"):
        list(train(run, resume=True))


def test_weights_to_start_from_are_the_ones_given_and_wrong_ones_are_refused(folder, backbone, tmp_path):
    run = opinion_run(folder, "start", model={"pretrained": backbone})
    network = aesthetic_network(run.model, preparation_of(run)).state_dict()
    given = torch.load(backbone, weights_only=True)
    assert torch.equal(network["backbone.0.weight"], given["conv1.weight"])
    assert torch.equal(network["backbone.7.2.bn3.running_var"], given["layer4.2.bn3.running_var"])
    torch.save({"conv1.weight": given["conv1.weight"]}, tmp_path / "part.pth")
    wrong = run.model.model_copy(update={"pretrained": tmp_path / "part.pth"})
    with pytest.raises(TrainingError, match=r"does not fit the backbone: .* the first is backbone.1.weight"):
        aesthetic_network(wrong, preparation_of(run))


def test_vgg16_has_the_names_that_owners_files_have(folder):
    run = pair_run(
        folder, "vgg", load_comparator_run, model={"cnn_backbone": "vgg16", "mlp_hidden_dims": [128, 128]}
    )
    with torch.device("meta"):
        state = comparator_network(run.model, preparation_of(run)).state_dict()
    assert state["backbone.fc6.weight"].shape == (4096, 25088)
    assert {"backbone.28.weight", "backbone.fc7.bias", "mlp.0.weight", "mlp.3.bias", "mlp.6.weight"} <= set(
        state
    )
    assert len(state) == 2 * (13 + 2 + 3)


def test_padding_is_normalised_as_the_loader_does_it(folder):
    run = pair_run(folder, "padded", load_comparator_run, transform_type="paper_pad")
    network = comparator_network(run.model, preparation_of(run))
    image = Decoded(np.full((30, 60, 3), 200, np.uint8), 60, 30)
    square = torch.from_numpy(run.preparation.cropped(image.image))[None]
    padded = network.normalised(square)[0, :, 0, 0]
    assert padded.abs().max() < 1e-5  # ImageNet's mean, in the network's own units
