"""Settings: defaults are valid, mistakes are named with key, file, line and the nearest known key."""

from pathlib import Path

import pytest

from engine.errors import SettingsError
from engine.settings import load_settings
from engine.settings_files import Section, load_validated
from engine.types import Label


def _load(tmp_path: Path, text: str):
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file)


def test_defaults_load_and_weights_are_those_of_the_composite():
    rules = load_settings().album.selection
    assert (rules.ava_weight, rules.iqa_weight, rules.portrait_weight) == (0.5, 0.2, 0.3)
    assert rules.close_range == 0.05


def test_user_file_overrides_only_what_it_names(tmp_path: Path):
    settings = _load(tmp_path, "album:\n  quality:\n    min_sharpness: 0.4\n")
    assert settings.album.quality.min_sharpness == 0.4
    assert settings.album.quality.min_iqa_score == load_settings().album.quality.min_iqa_score


@pytest.mark.parametrize("text", ["", "# nothing\n", "album:\n  selection:\n    # ava_weight: 1\n"])
def test_empty_file_and_sections_whose_lines_are_commented_out_change_nothing(tmp_path: Path, text: str):
    assert _load(tmp_path, text) == load_settings()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("devise: cpu\n", ("line 1", "devise", "Did you mean device?")),
        (
            "device: cpu\nalbum:\n  selection:\n    ava_wieght: 0.4\n",
            ("line 4", "album.selection.ava_weight"),
        ),
        ("album:\n  selection:\n    ava_weight: 0.9\n", ("line 2", "sum to 1.4")),
        ("album:\n  selection:\n    ava_weight: lots\n", ("line 3", "album.selection.ava_weight", "'lots'")),
        ("device: gpu\n", ("line 1", "device", "'gpu'")),
        ("- a list\n", ("must be keys and values",)),
        ("device: [\n", ("not finished",)),
        ("album:\n  quality:\n    min_sharpness: 3\n", ("line 3", "min_sharpness", "3")),
        (
            "quality_assessment:\n  siamese_checkpiont: a.pt\n",
            ("line 2", "Did you mean quality_assessment.siamese_checkpoint?"),
        ),
        (
            "quality_assessment:\n  siamese_checkpoint: 3\n",
            ("line 2", "quality_assessment.siamese_checkpoint", "3"),
        ),
        (
            "quality_assessment:\n  siamese_polarity: reversed\n",
            ("line 2", "'auto', 'first' or 'second'", "'reversed'"),
        ),
        ("album:\n  selection:\n    cant_tell_below: 0.3\n", ("line 3", "cant_tell_below", "0.5", "0.3")),
        ("album:\n  selection:\n    use_siamese_tiebreaker: maybe\n", ("line 3", "tiebreaker", "'maybe'")),
    ],
)
def test_a_mistake_is_one_clear_sentence(tmp_path: Path, text: str, parts: tuple[str, ...]):
    with pytest.raises(SettingsError) as caught:
        _load(tmp_path, text)
    assert str(tmp_path / "mine.yaml") in str(caught.value)
    for part in parts:
        assert part in str(caught.value)


def test_missing_settings_file_is_named(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"not found: .*absent\.yaml"):
        load_settings(tmp_path / "absent.yaml")


def test_a_path_that_has_to_be_set_is_asked_for(tmp_path: Path):
    class Wanted(Section):
        photos: Path

    defaults = tmp_path / "defaults.yaml"
    defaults.write_text("photos: null\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="line 1: photos must be set to a path"):
        load_validated(Wanted, defaults, None)


def test_words_for_labels_are_added_to_those_that_are_known(tmp_path: Path):
    file = tmp_path / "config.yaml"
    file.write_text("sidecars:\n  label_words:\n    Auswahl: green\n", encoding="utf-8")
    words = load_settings(file).sidecars.words
    assert (words.label("AUSWAHL"), words.label("rouge")) == (Label.GREEN, Label.RED)
    assert load_settings().sidecars.words.label("Auswahl") is None


@pytest.mark.parametrize(
    "line",
    [
        "  # ava_checkpoint: outputs/ava/run7/best_model.pt",
        "#  ava_checkpoint: best_model.pth   # the old one",
        '  ## ava_checkpoint: "C:/my runs/best model"',
        r"  # ava_checkpoint: C:\runs\7\best_model.pt",
    ],
)
def test_a_checkpoint_that_is_commented_out_is_known_by_its_line(tmp_path: Path, line: str):
    settings = _load(tmp_path, f"device: cpu\nquality_assessment:\n{line}\n")
    assert settings.quality_assessment.ava_checkpoint is None
    where = settings.origin.commented_out("quality_assessment.ava_checkpoint")
    assert where == f"{tmp_path / 'mine.yaml'}, line 3"
    assert settings.origin.commented_out("quality_assessment.siamese_checkpoint") is None


@pytest.mark.parametrize(
    "text",
    [
        "quality_assessment:\n  # ava_checkpoint: null\n",
        "quality_assessment:\n  # ava_checkpoint: the file that scores\n",
        "# see ava_checkpoint: a/b.pt\n",
        "quality_assessment:\n  # ava_checkpoint: a/old.pt\n  ava_checkpoint: a/new.pt\n",
        "quality_assessment:\n  ava_checkpoint: null\n  # ava_checkpoint: a/old.pt\n",
        "",
    ],
)
def test_words_and_lines_that_another_replaces_switch_nothing_off(tmp_path: Path, text: str):
    assert _load(tmp_path, text).origin.commented_out("quality_assessment.ava_checkpoint") is None
