"""Reading what owners train on; what cannot be used is counted, named, skipped, and at last refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SettingsError, TrainingError
from engine.training.ava_file import read_opinions
from engine.training.samples import OpinionSample, split_by_series
from engine.training.settings import (
    OpinionData,
    PairData,
    Split,
    load_aesthetic_run,
    load_comparator_run,
    load_pairs_run,
)
from engine.training.skipped import Skipped
from engine.training.triage_files import read_pairs
from tests.unit.training_files import ava_lines, pair_lines, write_photos, write_run

TWO = ("coffee", "chelsea")


@pytest.fixture(scope="module")
def photo_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("training")
    return folder / "photos", write_photos(folder / "photos", TWO)


def opinions(tmp_path, photo_folder, lines, most=0.0):
    labels = tmp_path / "AVA.txt"
    labels.write_text("\n".join(lines) + "\n", encoding="utf-8")
    skipped = Skipped(most)
    return read_opinions(
        OpinionData(labels=labels, images=photo_folder[0], max_bad_fraction=most), skipped
    ), skipped


def pairs(tmp_path, photo_folder, text, name="train_pairlist.txt", most=0.0):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    skipped = Skipped(most)
    return read_pairs(PairData(pairs=file, images=photo_folder[0], max_bad_fraction=most), skipped), skipped


def test_votes_are_columns_3_to_12(tmp_path, photo_folder):
    samples, _ = opinions(tmp_path, photo_folder, ["1 000001-02 0 1 5 17 38 36 15 6 5 1 1 22 1396"])
    assert samples[0].votes == (0, 1, 5, 17, 38, 36, 15, 6, 5, 1)
    assert samples[0].mean == pytest.approx((2 + 15 + 68 + 190 + 216 + 105 + 48 + 45 + 10) / 124)
    assert samples[0].paths == (photo_folder[0] / "000001-02.JPG",)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("9 000001-03 1 2 3", "5 columns instead of 15"),
        ("9 000001-03 0 1 5 x 38 36 15 6 5 1 1 22 1396", "no whole number"),
        ("9 000001-03 0 0 0 0 0 0 0 0 0 0 1 22 1396", "nobody voted"),
        ("9 000001-01 0 1 5 1 38 36 15 6 5 1 1 22 1396", "stands there twice"),
        ("9 777777 0 1 5 1 38 36 15 6 5 1 1 22 1396", "777777"),
    ],
)
def test_an_unusable_row_is_named_and_left_out_and_too_many_stop(tmp_path, photo_folder, bad, reason):
    good = ava_lines(photo_folder[1])
    samples, skipped = opinions(tmp_path, photo_folder, [*good, bad], most=0.2)
    assert len(samples) == len(good) and len(skipped.rows) == 1
    assert reason in " ".join(skipped.rows[0])
    with pytest.raises(TrainingError, match=r"1 of 7 entries of .*AVA.txt cannot be used"):
        opinions(tmp_path, photo_folder, [*good, bad], most=0.1)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=80))
def test_no_row_whatever_crashes_the_reader(tmp_path_factory, photo_folder, row):
    folder = tmp_path_factory.mktemp("row")
    samples, _ = opinions(folder, photo_folder, [*ava_lines(photo_folder[1]), row], most=1.0)
    assert len(samples) == 6
    found, _ = pairs(folder, photo_folder, "\n".join([*pair_lines(photo_folder[1]), row]), most=1.0)
    assert len(found) == 6


def test_the_official_list_gives_the_share_who_prefer_the_first(tmp_path, photo_folder):
    found, _ = pairs(tmp_path, photo_folder, "2 3 1 0.25 3 1\n")
    (pair,) = found
    assert (pair.series, pair.preference) == ("2", 0.25)
    assert [path.name for path in pair.paths] == ["000002-03.JPG", "000002-01.JPG"]


def test_labels_that_contradict_the_ranks_are_refused(tmp_path, photo_folder):
    exchanged = "1 1 2 0.1 1 2\n1 1 3 0.2 1 3\n2 2 3 0.3 2 3\n"
    with pytest.raises(TrainingError, match=r"3 of 3 .*preference 0.1 contradicts the ranks 1 and 2"):
        pairs(tmp_path, photo_folder, exchanged, most=0.5)


CSV = "series_id,compareFile1,compareFile2,LEFT,RIGHT,Agreement\n1,1-1.JPG,1-3.JPG,6,2,0.75\n"
OWN_JSON = '{"series_id": "1", "image_a_path": "D:\\\\x\\\\000001-01.JPG", "image_b_path": "000001-03.JPG", '


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pairs.csv", CSV),
        (
            "pairs.jsonl",
            '{"series_id": 1, "compareFile1": "1-1.JPG", "compareFile2": "1-3", "LEFT": 3, "RIGHT": 1}',
        ),
        ("pairs.jsonl", OWN_JSON + '"chosen_image": "A", "preference_strength": 0.75}'),
        ("pairs.jsonl", OWN_JSON + '"chosen_image": "B", "preference_strength": 0.25}'),
    ],
)
def test_csv_and_jsonl_say_the_same(tmp_path, photo_folder, name, text):
    (pair,), _ = pairs(tmp_path, photo_folder, text, name)
    assert (pair.series, pair.preference) == ("1", 0.75)
    assert [path.name for path in pair.paths] == ["000001-01.JPG", "000001-03.JPG"]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("p.csv", CSV + "1,1-1.JPG,1-2.JPG,0,0,1\n", "LEFT 0 and RIGHT 0 are no votes"),
        ("p.csv", CSV + "1,1-1.JPG,1-2.JPG,x,0,1\n", "could not convert"),
        ("p.csv", CSV + "1,1-1.JPG,1-9.JPG,1,0,1\n", "1-9.JPG not in the folder"),
        ("p.csv", CSV + "1,1-1.JPG,1-1.JPG,1,0,1\n", "compared with itself"),
        ("p.csv", CSV + CSV.splitlines()[1], "twice"),
        ("p.jsonl", OWN_JSON + '"chosen_image": "A"}\n{}', "no chosen_image"),
        (
            "p.jsonl",
            OWN_JSON + '"chosen_image": "A"}\n' + OWN_JSON + '"chosen_image": "C"}',
            "neither A nor B",
        ),
        ("p.txt", "1 1 2 0.9 1 2\n1 1 3 1.9 1 3\n", "not between 0 and 1"),
        ("p.txt", "1 1 2 0.9 1 2\n1 1 3 0.9 1\n", "5 columns instead of 6"),
    ],
)
def test_an_unusable_pair_is_named_with_its_line(tmp_path, photo_folder, name, text, reason):
    found, skipped = pairs(tmp_path, photo_folder, text, name, most=0.5)
    assert len(found) == 1
    ((_, where, why),) = skipped.rows
    assert reason in why and where.startswith(f"{name}, line ")


def test_a_csv_without_the_columns_names_them(tmp_path, photo_folder):
    with pytest.raises(TrainingError, match="no column LEFT, RIGHT"):
        pairs(tmp_path, photo_folder, "series_id,compareFile1,compareFile2\n1,a,b\n", "p.csv")


def test_series_are_never_divided_and_the_seed_decides(tmp_path, photo_folder):
    samples = [OpinionSample(f"{n:04d}", (Path(f"{n}.jpg"),), (1,) * 10) for n in range(40)]
    split = Split(val_fraction=0.2, test_fraction=0.1)
    one, same, other = (
        split_by_series(samples[::step], split, seed) for step, seed in ((1, 1), (-1, 1), (1, 2))
    )
    assert (len(one.train), len(one.val), len(one.test)) == (28, 8, 4)
    assert one == same != other
    found, _ = pairs(tmp_path, photo_folder, "\n".join(pair_lines(photo_folder[1])))
    parts = split_by_series(found, Split(val_fraction=0.5, test_fraction=0.0), 1)
    assert {pair.series for pair in parts.train}.isdisjoint({pair.series for pair in parts.val})
    with pytest.raises(TrainingError, match="too few samples: 0 to train on"):
        split_by_series(found[:3], split, 1)


@pytest.mark.parametrize(
    ("loader", "changes", "parts"),
    [
        (load_aesthetic_run, {"training": {"lerning_rate": 1}}, ("Did you mean training.learning_rate",)),
        (
            load_aesthetic_run,
            {"model": {"output_mode": "regression"}, "data": {"labels": "AVA.txt"}},
            ("compares distributions",),
        ),
        (load_aesthetic_run, {"model": {"pretrained": True}}, ("path of a weights file", "downloaded")),
        (load_aesthetic_run, {"transform": {"crop_size": 300}}, ("between 64 and resize_size",)),
        (load_aesthetic_run, {}, ("data.labels must be set to a path",)),
        (load_comparator_run, {"transform_type": "paperpad"}, ("transform_type", "'paperpad'")),
        (load_pairs_run, {"training": {"loss": "emd"}}, ("training.loss", "ranknet")),
    ],
)
def test_a_mistake_in_a_runs_file_is_one_sentence(tmp_path, loader, changes, parts):
    file = write_run(tmp_path, **changes)
    with pytest.raises(SettingsError) as caught:
        loader(file)
    for part in (*parts, str(file)):
        assert part in str(caught.value)


def test_owners_pretrained_false_is_understood(tmp_path):
    run = load_aesthetic_run(write_run(tmp_path, data={"labels": "AVA.txt"}, model={"pretrained": False}))
    assert run.model.pretrained is None and run.model.mlp_hidden_dims == (256,)


def test_what_was_skipped_is_counted_in_words():
    skipped = Skipped(0.5)
    assert skipped.summary == "none"
    for number in range(5):
        skipped.add("missing photo" if number else "malformed row", f"{number}.jpg", "why")
    skipped.add("corrupt photo", "0.jpg", "again")
    assert skipped.summary == "4 missing photo, 1 malformed row"
    skipped.check(10, Path("AVA.txt"))
    with pytest.raises(TrainingError, match=r"5 of 9 .*0.jpg: why; 1.jpg: why; 2.jpg: why\. Correct"):
        skipped.check(9, Path("AVA.txt"))


def test_one_sample_is_too_few_to_choose_an_epoch_by():
    samples = [OpinionSample(str(n), (Path(f"{n}.jpg"),), (1,) * 10) for n in range(4)]
    with pytest.raises(TrainingError, match="3 to train on and 1 to choose"):
        split_by_series(samples, Split(val_fraction=0.25, test_fraction=0.0), 1)
    parts = split_by_series(samples, Split(val_fraction=0.5, test_fraction=0.0), 1)
    assert (len(parts.train), len(parts.val)) == (2, 2)
