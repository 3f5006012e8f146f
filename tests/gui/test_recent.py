"""Albums opened last."""

import json
import shutil

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from gui.recent import KEPT, RecentAlbums


def _folders(tmp_path, count):
    folders = [tmp_path / f"album {number}" for number in range(count)]
    for folder in folders:
        folder.mkdir()
    return folders


def test_the_latest_comes_first_and_once(tmp_path, data_dir):
    first, second, third = _folders(tmp_path, 3)
    recent = RecentAlbums(data_dir)
    for album in (first, second, third, first):
        recent.add(album)
    assert RecentAlbums(data_dir).albums() == [first, third, second]


def test_only_the_last_few_are_kept_and_only_those_that_are_there(tmp_path, data_dir):
    folders = _folders(tmp_path, KEPT + 2)
    recent = RecentAlbums(data_dir)
    for album in folders:
        recent.add(album)
    folders[-1].rmdir()
    assert recent.albums() == list(reversed(folders[2:-1]))


def test_a_broken_file_is_no_obstacle(tmp_path, data_dir):
    data_dir.root.mkdir(parents=True)
    file = data_dir.root / "recent.json"
    for content in ("{", json.dumps({"a": 1}), json.dumps([1, None])):
        file.write_text(content, encoding="utf-8")
        assert RecentAlbums(data_dir).albums() == []
    (album,) = _folders(tmp_path, 1)
    RecentAlbums(data_dir).add(album)
    assert RecentAlbums(data_dir).albums() == [album]


def test_an_album_of_last_time_opens_by_a_click(qtbot, make_window, open_album, small_album):
    first = make_window()
    open_album(first, small_album)
    first.close()
    window = make_window()
    buttons = _offered(window, small_album.name)
    assert str(small_album.parent)[:6] in buttons[0].text(), "many folders have one name"
    with qtbot.waitSignal(window.run.ended, timeout=60_000):
        buttons[0].click()
    assert window.album.rowCount() == 9


def test_an_album_of_last_time_opens_by_keys_alone(qtbot, make_window, open_album, small_album, tmp_path):
    first = make_window()
    open_album(first, small_album)
    (tmp_path / "empty").mkdir()
    open_album(first, tmp_path / "empty")
    (button,) = _offered(first, small_album.name)
    button.setFocus()
    with qtbot.waitSignal(first.run.ended, timeout=60_000):
        qtbot.keyClick(button, Qt.Key.Key_Return)
    assert first.album.rowCount() == 9


def _offered(window, name: str) -> list[QPushButton]:
    found = window.welcome.findChildren(QPushButton)
    return [button for button in found if button.text().startswith(f"{name}   (")]


def test_an_empty_folder_is_not_remembered(tmp_path, data_dir, make_window, open_album):
    window = make_window()
    open_album(window, tmp_path)
    assert RecentAlbums(data_dir).albums() == []


def test_a_folder_of_folders_offers_to_open_them_and_is_opened_so_again(
    qtbot, make_window, open_album, small_album, tmp_path, data_dir
):
    shoot = tmp_path / "shoot"
    (shoot / "card 1").mkdir(parents=True)
    for file in small_album.iterdir():
        shutil.copy2(file, shoot / "card 1")
    window = make_window()
    open_album(window, shoot)
    (button,) = [b for b in window.welcome.findChildren(QPushButton) if "folders inside" in b.text()]
    assert button.isVisible()
    with qtbot.waitSignal(window.run.ended, timeout=60_000):
        button.click()
    assert window.album.rowCount() == 9
    assert RecentAlbums(data_dir).is_recursive(shoot)
    window.close()
    again = make_window()
    (recent,) = _offered(again, "shoot")
    with qtbot.waitSignal(again.run.ended, timeout=60_000):
        recent.click()
    assert again.album.rowCount() == 9


def test_an_empty_folder_offers_no_folders_inside(tmp_path, make_window, open_album):
    for name in (".hidden", "_rejected"):
        (tmp_path / "album" / name).mkdir(parents=True)
    window = make_window()
    open_album(window, tmp_path / "album")
    buttons = window.welcome.findChildren(QPushButton)
    assert not any(b.isVisible() and "folders inside" in b.text() for b in buttons)


def test_what_former_versions_remembered_is_read(tmp_path, data_dir):
    (album,) = _folders(tmp_path, 1)
    data_dir.root.mkdir(parents=True)
    (data_dir.root / "recent.json").write_text(json.dumps([str(album)]), encoding="utf-8")
    recent = RecentAlbums(data_dir)
    assert recent.albums() == [album]
    assert not recent.is_recursive(album)
