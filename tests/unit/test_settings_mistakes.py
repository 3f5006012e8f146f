"""Every way to break a settings file ends in a sentence with file, line, key and the nearest known key."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import SettingsError
from engine.settings import load_settings

# Words of the libraries underneath, which no photographer should have to read.
JARGON = (
    "unicode string", "Input should", "pydantic", "instance", "pathlib", "Traceback", "YAMLError", "parsing",
    "mapping", "scalar", "block", "token", "dict", "str", "float", "None", "Errno", "NoneType",
)  # fmt: skip
QUALITY = "album:\n  quality:\n    min_sharpness: "
CASES = {
    "unknown key": ("devise: cpu\n", 1, "unknown setting 'devise'. Did you mean device?"),
    "section with a typo": ("albm:\n  quality:\n    min_sharpness: 0\n", 1, "'albm'. Did you mean album?"),
    "key with a typo": ("album:\n  selection:\n    ava_wieght: 0.4\n", 3, "mean album.selection.ava_weight?"),
    "key in the wrong place": ("ava_checkpoint: x.pt\n", 1, "mean quality_assessment.ava_checkpoint?"),
    "words for a number": (QUALITY + "lots\n", 3, "quality.min_sharpness must be a number (it is 'lots')"),
    "number in quotes": (QUALITY + '"0.4"\n', 3, "must be a number without quotation marks (it is '0.4')"),
    "yes for a number": (QUALITY + "yes\n", 3, "must be a number (it is true)"),
    "negative": (QUALITY + "-0.1\n", 3, "album.quality.min_sharpness must be 0 or more (it is -0.1)"),
    "too large": (QUALITY + "3\n", 3, "must be 1 or less (it is 3)"),
    "not a number": (QUALITY + ".nan\n", 3, "must be an ordinary number (it is not a number)"),
    "infinite": ("album:\n  grouping:\n    time_window_seconds: .inf\n", 3, "must be an ordinary number"),
    "a list for a number": (QUALITY + "[0.1, 0.2]\n", 3, "must be a number (it is a list)"),
    "half a photo": ("performance:\n  batch_size: 4.5\n", 2, "must be a whole number (it is 4.5)"),
    "maybe": ("album:\n  portrait:\n    prefer_smiling: maybe\n", 3, "must be true or false (it is 'maybe')"),
    "unknown device": ("device: gpu\n", 1, "device must be auto, cpu, mps, cuda or cuda:N (it is 'gpu')"),
    "no device": ("device:\n", 1, "device must be auto, cpu, mps, cuda or cuda:N (it is null)"),
    "a number for a path": ("quality_assessment:\n  ava_checkpoint: 3\n", 2, "the path of a file, or null"),
    "weights that do not sum to 1": (
        "album:\n  selection:\n    ava_weight: 0.9\n",
        2,
        "album.selection: ava_weight, iqa_weight and portrait_weight sum to 1.4, not to 1",
    ),
    "a value for a section": ("album: 3\n", 1, "album is a section: its settings stand below it"),
    "a list for a section": ("album:\n  - quality\n", 1, "album is a section"),
    "double key": (QUALITY + "0.1\n    min_sharpness: 0.2\n", 4, "quality.min_sharpness is there twice"),
    "double section": ("device: cpu\nalbum:\nalbum:\n", 3, "album is there twice"),
    "tab": ("album:\n\tquality:\n", 2, "a tab stands where spaces are needed"),
    "wrong indent": (QUALITY + "0\n   min_iqa_score: 0\n", 4, "indented unlike those around it"),
    "a label that is no colour": (
        "sidecars:\n  label_words:\n    Auswahl: pink\n",
        3,
        "sidecars.label_words.Auswahl",
    ),
    "a label of no colour": ("sidecars:\n  label_words: {A: none}\n", 2, "must give each word one of red"),
    "open bracket": ("device: [\n", 2, "not finished"),
    "open quote": ('device: "cpu\n', 2, "a quotation mark is opened and not closed"),
    "colon too many": ("device: cpu: 3\n", 1, "a colon too many"),
    "a list": ("- device\n", 1, "settings must be keys and values, not a list"),
    "a text": ("hello\n", 1, "settings must be keys and values, not a text"),
    "two parts": ("device: cpu\n---\ndevice: cpu\n", 2, 'a second part begins with "---"'),
    "anchor": ("device: &d cpu\n", 1, "anchors (&) and aliases (*) are not used"),
    "alias": ("device: *d\n", 1, "anchors (&) and aliases (*) are not used"),
    "code": ("device: !!python/object/apply:os.system ['true']\n", 1, "tags (!) are not used in settings"),
    "control character": ("device: c\0pu\n", 1, "characters that are no text"),
    "a list as key": ("? [a, b]\n: c\n", 1, "a key must be one word"),
    "a number as key": ("1: 2\n", 1, "unknown setting '1'"),
    "a Windows path in double quotes": (
        'quality_assessment:\n  ava_checkpoint: "C:\\Users\\me\\best.pt"\n',
        2,
        "a backslash in double quotation marks means something else",
    ),
    "no path in quotes": ('quality_assessment:\n  ava_checkpoint: ""\n', 2, "or null (it is '')"),
    "a path of two lines": (
        "quality_assessment:\n  siamese_checkpoint: |\n    /x/y\n    z.pt\n",
        2,
        "on one line, or null",
    ),
    "no space after the colon": ("device:cpu\n", 1, "a space is missing after the colon"),
    "no space in a section": (
        "quality_assessment:\n  ava_checkpoint:/x/y.pt\n",
        1,
        "quality_assessment has a line without a space after the colon",
    ),
    "equals": ("device = cpu\n", 1, "a colon and a space stand between key and value"),
    "other comments": ("; mine\ndevice: cpu\n", 1, "comments begin with #"),
    "a section of an ini file": ("[album]\nclose_range=0.1\n", 1, 'a word with a colon, such as "album:"'),
    "no-break spaces": ("album:\n\u00a0\u00a0quality:\n", 2, "a no-break space or the like"),
    "a leading zero": ("performance:\n  batch_size: 010\n", 2, "can be read in two ways"),
    "minutes": ("album:\n  grouping:\n    time_window_seconds: 1:30\n", 3, "can be read in two ways"),
    "dots for sections": (
        "album.selection.close_range: 0.1\n",
        1,
        "is written in lines of their own, each indented below the other: album, selection, close_range.",
    ),
    "decimal comma": (QUALITY + "0,4\n", 3, "must be a number (it is '0,4')"),
    "percent": (QUALITY + "40%\n", 3, "must be a number (it is '40%')"),
}  # fmt: skip


def _said(file: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    said = str(caught.value)
    words = said.replace(str(file), "")
    assert [word for word in JARGON if word in words.replace("instead", "")] == [], said
    return said


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_a_sentence_that_names_file_line_and_key(tmp_path: Path, case: str):
    text, line, words = CASES[case]
    file = tmp_path / "config.yaml"
    file.write_text(text, encoding="utf-8")
    said = _said(file)
    assert said.startswith(f"{file}, line {line}: "), said
    assert words in said
    assert "\n" not in said and said.endswith((".", "?"))


def test_every_mistake_has_a_line_of_its_own(tmp_path: Path):
    file = tmp_path / "config.yaml"
    file.write_text("devise: x\nperformance:\n  batch_size: 0\n", encoding="utf-8")
    lines = _said(file).splitlines()
    assert len(lines) == 2 and all(line.startswith(f"{file}, line ") for line in lines)


def test_a_path_is_made_absolute_so_that_a_message_says_where_was_looked(tmp_path: Path):
    file = tmp_path / "config.yaml"
    file.write_text("quality_assessment:\n  ava_checkpoint: best.pt\n  siamese_checkpoint: ~/s.pt\n")
    found = load_settings(file).quality_assessment
    assert found.ava_checkpoint == Path.cwd() / "best.pt"
    assert found.siamese_checkpoint == Path.home() / "s.pt"


def test_settings_know_the_line_of_each_key(tmp_path: Path):
    file = tmp_path / "config.yaml"
    file.write_text("# mine\nalbum:\n  quality:\n    min_sharpness: 0.1\n")
    origin = load_settings(file).origin
    assert origin.of("album.quality.min_sharpness") == f"{file}, line 4"
    assert origin.of("device") is None and load_settings().origin.of("device") is None


@pytest.mark.parametrize("content", [b"device: cpu\n# caf\xe9\n", "device: cpu\n".encode("utf-16")])
def test_text_that_is_not_utf8_is_named(tmp_path: Path, content: bytes):
    file = tmp_path / "config.yaml"
    file.write_bytes(content)
    assert "this is no UTF-8 text. Save the file as UTF-8." in _said(file)


def test_what_is_no_settings_file_is_named(tmp_path: Path):
    assert "is a folder" in _said(tmp_path)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    assert "not found" in _said(tmp_path / "dangling")
    (tmp_path / "photo.yaml").write_bytes(b"x" * 2_000_000)
    assert "far too large" in _said(tmp_path / "photo.yaml")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a file that cannot be read by anyone")
def test_a_file_that_cannot_be_read_is_named():
    said = _said(Path("/proc/self/mem"))
    assert "cannot be read: Input/output error" in said
    assert "no ordinary file" in _said(Path("/dev/null"))


@pytest.mark.parametrize("text", ["[" * 5000, "a:\n" + " x:\n" * 2, "{a: " * 3000])
def test_deep_and_doubled_texts_end_in_a_sentence(tmp_path: Path, text: str):
    file = tmp_path / "config.yaml"
    file.write_text(text, encoding="utf-8")
    _said(file)


def test_an_alias_bomb_is_refused_at_once(tmp_path: Path):
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    file = tmp_path / "config.yaml"
    file.write_text("\n".join(lines), encoding="utf-8")
    started = time.process_time()
    _said(file)
    assert time.process_time() - started < 2.0, "of CPU time: other programs may be at work"


@pytest.mark.parametrize("text", ["", "\n# nothing\n", "---\n", "album:\n", "\ufeffdevice: cpu\n"])
def test_files_that_say_nothing_or_begin_with_a_mark_are_fine(tmp_path: Path, text: str):
    file = tmp_path / "config.yaml"
    file.write_text(text, encoding="utf-8")
    assert load_settings(file).album == load_settings().album


def test_small_numbers_may_be_written_with_an_exponent(tmp_path: Path):
    file = tmp_path / "config.yaml"
    file.write_text(QUALITY + "1e-4\n", encoding="utf-8")
    assert load_settings(file).album.quality.min_sharpness == 1e-4


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=80), st.text("ab:-[]{}&*!|>'\"#? \n\t,0.~é", max_size=60)))
def test_whatever_the_file_holds_it_is_read_or_explained(tmp_path: Path, content: bytes | str):
    file = tmp_path / "config.yaml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    try:
        load_settings(file)
    except SettingsError as error:
        assert str(error).startswith(str(file))
