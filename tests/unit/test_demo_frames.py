"""The frames of the demo album: what is derived from a photograph, and what is written of it."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageFilter

from engine.album.inspect import inspect
from engine.album.panoramas import find_panoramas
from engine.album.scan import scan
from engine.album.sequences import find_sequences
from engine.demo.bursts import exposure_table, photograph
from engine.demo.exif import MAKE
from engine.demo.files import display_p3, names_of, write_file
from engine.demo.plan import SCENES, shots
from engine.demo.sources import SOURCES
from engine.types import SequenceKind

SHOTS = list(shots())


def shot_of(source: str, kind: str, form: str = "jpeg"):
    return next(s for s in SHOTS if (s.source, s.kind, s.format) == (source, kind, form))


def light(picture: Image.Image) -> float:
    return float(np.asarray(picture.convert("L")).mean())


def detail(picture: Image.Image) -> float:
    """Energy of edges of the picture at 512 px, where grain no longer counts."""
    small = picture.convert("L").resize((512, 512), Image.Resampling.BOX)
    return float(np.asarray(small.filter(ImageFilter.FIND_EDGES))[2:-2, 2:-2].astype(float).var())


def write_all(folder, image, wanted):
    for shot in wanted:
        for name in names_of(shot):
            write_file(folder / name, name, shot, photograph(image, shot))
    return scan(folder)


def test_the_shoot_is_as_large_as_promised():
    assert len(SHOTS) >= 60
    assert len({source for scene in SCENES for source in scene.photographs}) >= 10
    assert {source for scene in SCENES for source in scene.photographs} == {s.name for s in SOURCES}


def test_the_shoot_of_installed_photographs_alone_is_large_enough():
    installed = {source.name for source in SOURCES if not source.is_wheel}
    assert len([shot for shot in SHOTS if shot.source in installed]) >= 40
    assert len(installed - {"motorcycle_right"}) >= 8  # the other eye of motorcycle_left


def test_names_are_unique_and_times_ascend():
    assert len({shot.name for shot in SHOTS}) == len(SHOTS)
    assert [shot.taken for shot in SHOTS] == sorted(shot.taken for shot in SHOTS)


def test_the_same_shot_has_the_same_pixels_and_another_has_others(photos):
    first, second = [shot for shot in SHOTS if shot.source == "camera" and shot.kind == "sharp"]
    again = np.asarray(photograph(photos["camera"], first))
    assert np.array_equal(again, np.asarray(photograph(photos["camera"], first)))
    assert not np.array_equal(again, np.asarray(photograph(photos["camera"], second)))


@pytest.mark.parametrize("kind", ["motion", "soft"])
def test_spoilt_frames_have_less_detail(photos, kind):
    source = "chelsea"
    sharp = photograph(photos[source], shot_of(source, "sharp"))
    assert detail(photograph(photos[source], shot_of(source, kind))) < 0.7 * detail(sharp)


def test_dark_and_bright_frames_are(photos):
    image, level = photos["astronaut"], light(photograph(photos["astronaut"], shot_of("astronaut", "sharp")))
    assert light(photograph(image, shot_of("astronaut", "dark"))) < 0.65 * level
    assert light(photograph(image, shot_of("astronaut", "bright"))) > 1.2 * level


def test_two_stops_more_undo_two_stops_less():
    darker, brighter = exposure_table(-2.0), exposure_table(2.0)
    restored = [brighter[darker[value]] for value in range(256)]
    assert all(abs(value - found) <= 4 for value, found in enumerate(restored))
    assert exposure_table(0.0) == list(range(256))


def test_camera_exif_is_written(tmp_path, photos):
    shot = shot_of("rocket", "sharp")
    (photo,) = write_all(tmp_path, photos["rocket"], [shot])
    metadata = inspect(photo).metadata
    assert metadata.captured_at == shot.taken.replace(microsecond=shot.taken.microsecond // 1000 * 1000)
    assert metadata.camera == f"{MAKE} {shot.scene.camera.model}"
    read = (metadata.exposure_time, metadata.f_number, metadata.iso, metadata.focal_length)
    assert read == (0.25, 4.0, 400, 70.0)


@pytest.mark.parametrize(("source", "turn"), [("grace_hopper", 6), ("street", 8)])
def test_turned_frames_are_stored_lying_and_read_upright(tmp_path, photos, source, turn):
    shot = shot_of(source, "sharp")
    picture = photograph(photos["astronaut"], shot)
    (name,) = names_of(shot)
    write_file(tmp_path / name, name, shot, picture)
    with Image.open(tmp_path / name) as stored:
        assert stored.width > stored.height and stored.getexif()[274] == turn
        turned = stored.transpose(Image.Transpose.ROTATE_270 if turn == 6 else Image.Transpose.ROTATE_90)
    assert np.abs(np.asarray(turned).astype(int) - np.asarray(picture)).mean() < 4
    metadata = inspect(scan(tmp_path)[0]).metadata
    assert (metadata.width, metadata.height) == picture.size


def test_the_bracket_is_found_as_one(tmp_path, photos):
    photo_list = write_all(tmp_path, photos["rocket"], [s for s in SHOTS if s.kind.startswith("ev")])
    found = [(photo.id, inspect(photo).metadata) for photo in photo_list]
    assert [metadata.exposure_bias for _, metadata in found] == [0, -2, 2]
    assert list(find_sequences(found).values()) == [(0, SequenceKind.BRACKET)] * 3


def test_the_panorama_is_found_as_one(tmp_path, photos):
    frames = [shot for shot in SHOTS if shot.kind.startswith("pano")]
    photo_list = write_all(tmp_path, photos["china"], frames)
    sketches = {photo.id: sketch(photo.files[0]) for photo in photo_list}
    found = find_panoramas([(photo.id, inspect(photo).metadata) for photo in photo_list], sketches)
    assert list(found.values()) == [(0, SequenceKind.PANORAMA)] * 4


def sketch(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("L").resize((64, 96), Image.Resampling.BOX))


def test_raw_and_jpeg_are_one_photo_and_show_the_same(tmp_path, photos):
    import rawpy

    shot = shot_of("flower", "sharp", "dng")
    (photo,) = write_all(tmp_path, photos["flower"], [shot])
    assert sorted(file.suffix for file in photo.files) == [".DNG", ".JPG"]
    with (
        Image.open(tmp_path / f"{shot.name}.JPG") as jpeg,
        rawpy.imread(str(tmp_path / f"{shot.name}.DNG")) as raw,
    ):
        with Image.open(BytesIO(raw.extract_thumb().data)) as preview:
            assert preview.size == jpeg.size
        developed = Image.fromarray(raw.postprocess(no_auto_bright=True, gamma=(2.4, 12.92)))
        small = [
            np.asarray(each.resize((60, 40), Image.Resampling.BOX)).astype(int) for each in (developed, jpeg)
        ]
    assert np.abs(small[0] - small[1]).mean() < 6


def test_heic_is_read_back(tmp_path, photos):
    (photo,) = write_all(tmp_path, photos["coffee"], [shot_of("coffee", "sharp", "heic")])
    assert photo.name.endswith(".HEIC")
    assert inspect(photo).metadata.f_number == 2.0


def test_display_p3_shows_the_colours_of_the_photograph(tmp_path, photos):
    shot = shot_of("flower", "sharp", "p3")
    picture = photograph(photos["flower"], shot)
    (name,) = names_of(shot)
    write_file(tmp_path / name, name, shot, picture)
    with Image.open(tmp_path / name) as stored:
        profile = ImageCms.ImageCmsProfile(BytesIO(stored.info["icc_profile"]))
        shown = ImageCms.profileToProfile(stored, profile, ImageCms.createProfile("sRGB"))
        plain = np.abs(np.asarray(stored).astype(int) - np.asarray(picture)).mean()
    assert (
        ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(BytesIO(display_p3()))).strip()
        == "Display P3"
    )
    assert np.abs(np.asarray(shown).astype(int) - np.asarray(picture)).mean() < 4 < plain
