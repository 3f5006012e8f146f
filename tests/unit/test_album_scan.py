import json
import os
import shutil
import time
from pathlib import Path

import pytest

from engine.album.scan import EXPORT_MARKER, scan
from engine.errors import UsageError


def names(album: Path, recursive: bool = False) -> list[str]:
    return [photo.name for photo in scan(album, recursive)]


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_photos_of_all_formats_and_nothing_else(tmp_path):
    photos = "a.jpg b.JPEG c.png d.tif e.TIFF f.webp g.heic h.HEIF i.cr2 j.CR3 k.nef l.arw m.raf n.orf o.rw2"
    photos += " p.dng q.pef r.kdc s.CRW t.srw u.rwl v.x3f w.3fr x.iiq y.mrw z.erf"
    others = "a.ori a.xmp b.jpg.xmp c.txt d.mp4 e.lrcat f.AAE noextension jpg"
    touch(*(tmp_path / name for name in (photos + " " + others).split()))
    assert names(tmp_path) == photos.split()


def test_natural_order_and_ids_are_places(tmp_path):
    touch(
        *(
            tmp_path / name
            for name in ("IMG_10.JPG", "IMG_9.JPG", "img_1.jpg", "IMG_9 (2).JPG", "IMG_100.JPG")
        )
    )
    photos = scan(tmp_path)
    assert [photo.name for photo in photos] == [
        "img_1.jpg",
        "IMG_9.JPG",
        "IMG_9 (2).JPG",
        "IMG_10.JPG",
        "IMG_100.JPG",
    ]
    assert [photo.id for photo in photos] == [0, 1, 2, 3, 4]


def test_hidden_files_and_droppings_are_left_out(tmp_path):
    touch(
        tmp_path / "a.jpg",
        tmp_path / ".hidden.jpg",
        tmp_path / "._a.jpg",
        tmp_path / ".DS_Store",
        tmp_path / ".hidden" / "x.jpg",
        tmp_path / "__MACOSX" / "x.jpg",
        tmp_path / "Catalog Previews.lrdata" / "x.jpg",
        tmp_path / "Lightroom Previews" / "x.jpg",
        tmp_path / "CaptureOne" / "Cache" / "x.jpg",
        tmp_path / "session.cosessiondb" / "x.jpg",
        tmp_path / "@eaDir" / "x.jpg",
    )
    assert names(tmp_path, recursive=True) == ["a.jpg"]


def test_subfolders_only_when_asked_and_never_our_own_exports(tmp_path):
    touch(tmp_path / "a.jpg", tmp_path / "day 1" / "b.jpg", tmp_path / "picks" / "c.jpg")
    touch(tmp_path / "picks" / EXPORT_MARKER)
    assert names(tmp_path) == ["a.jpg"]
    assert names(tmp_path, recursive=True) == ["a.jpg", "day 1/b.jpg"]
    assert names(tmp_path / "picks") == ["c.jpg"]  # asked for by name


def test_an_empty_file_is_listed_and_a_folder_named_like_a_photo_is_not(tmp_path):
    touch(tmp_path / "empty.jpg")
    (tmp_path / "folder.jpg").mkdir()
    assert names(tmp_path) == ["empty.jpg"]


@pytest.mark.skipif(os.name == "nt", reason="links and pipes of POSIX")
def test_links_and_pipes(tmp_path):
    touch(tmp_path / "real.jpg", tmp_path / "sub" / "x.jpg")
    (tmp_path / "link.jpg").symlink_to(tmp_path / "real.jpg")
    (tmp_path / "dangling.jpg").symlink_to(tmp_path / "gone.jpg")
    (tmp_path / "itself.jpg").symlink_to(tmp_path / "itself.jpg")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "folder.jpg").symlink_to(tmp_path / "sub", target_is_directory=True)
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "to_pipe.jpg").symlink_to(tmp_path / "pipe.jpg")
    assert names(tmp_path, recursive=True) == [
        "dangling.jpg",
        "itself.jpg",
        "link.jpg",
        "real.jpg",
        "sub/x.jpg",
    ]


@pytest.mark.skipif(os.name == "nt", reason="file names of POSIX")
def test_odd_names_keep_true_paths_and_get_names_that_can_be_stored(tmp_path):
    try:
        os.close(os.open(os.fsencode(tmp_path) + b"/caf\xe9.jpg", os.O_CREAT))
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    touch(tmp_path / "two\nlines.jpg", tmp_path / "été 📷.jpg")
    photos = scan(tmp_path)
    assert len(photos) == 3
    for photo in photos:
        assert photo.path.exists()
        json.dumps(photo.name).encode("utf-8")
        photo.name.encode("utf-8")
    assert "caf\\udce9.jpg" in [photo.name for photo in photos]


def test_an_album_that_is_not_there_or_a_file(tmp_path):
    with pytest.raises(UsageError, match="no such folder"):
        scan(tmp_path / "nowhere")
    touch(tmp_path / "a.jpg")
    with pytest.raises(UsageError, match="not a folder"):
        scan(tmp_path / "a.jpg")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_folders_without_permission(tmp_path, caplog):
    touch(tmp_path / "a.jpg", tmp_path / "locked" / "b.jpg")
    (tmp_path / "locked").chmod(0)
    try:
        with pytest.raises(UsageError, match="not allowed to read"):
            scan(tmp_path / "locked")
        assert names(tmp_path, recursive=True) == ["a.jpg"]
        assert "locked" in caplog.text
    finally:
        (tmp_path / "locked").chmod(0o700)


def test_ten_thousand_files_take_no_more_than_a_pass_over_them(tmp_path):
    for number in range(10_000):
        (tmp_path / f"IMG_{number:05d}.JPG").touch()
    started = time.process_time()
    photos = scan(tmp_path)
    seconds = time.process_time() - started
    shutil.rmtree(tmp_path)
    assert len(photos) == 10_000
    assert seconds < 8.0, "1 s on a slow machine; comparing each with each takes minutes"
