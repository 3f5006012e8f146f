"""One comes back to where one was, in each album."""

import json
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from engine import run_batches
from engine.stages import inspecting
from engine.types import Decision, Label
from gui.criteria import Criteria, Filter
from gui.main_window import MainWindow
from gui.ordering import Ordering, SortBy
from gui.session import KEPT, Place, Places
from gui.view_state import View


def _current(window: MainWindow) -> str:
    assert window.grid.current is not None
    return window.grid.current.photo.name


def test_view_filter_order_photo_and_zoom_survive_a_restart(
    make_window, open_album, window: MainWindow, small_album
):
    window.decisions.decide({0: Decision.REJECT})
    window.choosing.toggle(Filter.UNDECIDED)
    window.choosing.sort_by(SortBy.NAME)
    window.choosing.reverse()
    window.grid.set_size_step(4)
    window.grid.go_to_row(3)
    name = _current(window)
    window.show_loupe()
    window.loupe.canvas.show_view(View(2.0, 0.25, 0.75))
    window.close()
    again = make_window()
    open_album(again, small_album)
    assert again.views.currentWidget() is again.loupe
    assert _current(again) == name
    assert again.loupe.canvas.view == View(2.0, 0.25, 0.75)
    assert again.album.criteria == Criteria(decisions=frozenset({Decision.NONE}))
    assert again.album.ordering == Ordering(SortBy.NAME, reverse=True)
    assert again.grid.size_step == 4
    assert again.actions_["filter.undecided"].isChecked() and again.actions_["sort.name"].isChecked()


def test_each_album_has_a_place_of_its_own(open_album, window: MainWindow, small_album: Path):
    other = small_album.parent / "another"
    other.mkdir()
    for number in range(3):
        Image.new("RGB", (90, 60), (80 * number, 9, 9)).save(other / f"B_{number}.jpg")
    window.grid.go_to_row(5)
    name = _current(window)
    window.choosing.toggle(Filter.UNDECIDED)
    open_album(window, other)
    assert window.album.criteria == Criteria(), "a new album is shown whole"
    assert _current(window) == "B_0.jpg"
    open_album(window, small_album)
    assert _current(window) == name
    assert window.album.criteria.has(Filter.UNDECIDED)


def test_reading_again_stays_at_the_photo(qtbot, window: MainWindow):
    window.grid.go_to_row(4)
    name = _current(window)
    with qtbot.waitSignal(window.run.ended, timeout=60_000):
        window.run.again()
    assert _current(window) == name


def test_a_filter_that_hides_every_photo_is_no_obstacle(make_window, open_album, window, small_album):
    window.set_filter(Filter.REJECTED)
    assert window.album.rowCount() == 0
    window.close()
    again = make_window()
    open_album(again, small_album)
    assert again.album.criteria.has(Filter.REJECTED)
    again.set_filter(Filter.ALL)
    assert again.album.rowCount() == 9


def test_a_photo_that_is_gone_is_no_obstacle(make_window, open_album, window: MainWindow, small_album):
    window.grid.go_to_row(8)
    (small_album / _current(window)).unlink()
    window.close()
    again = make_window()
    open_album(again, small_album)
    assert _current(again) == "IMG_0001.JPG"


@pytest.mark.parametrize("content", ["{", "[]", '{"/shoot": 3}', '{"/shoot": {"zoom": "far", "stars": 99}}'])
def test_a_broken_file_is_no_obstacle(data_dir, content):
    data_dir.root.mkdir(parents=True)
    (data_dir.root / "places.json").write_text(content, encoding="utf-8")
    places = Places(data_dir)
    assert places.get(Path("/shoot")) is None
    places.put(Path("/shoot"), Place(photo="a.jpg"))
    assert places.get(Path("/shoot")) == Place(photo="a.jpg")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    st.builds(
        Place,
        view=st.sampled_from(["grid", "loupe", "compare", "survey"]),
        photo=st.none() | st.text(),
        zoom=st.none() | st.floats(0.01, 8),
        decisions=st.frozensets(st.sampled_from(Decision)),
        traits=st.frozensets(st.sampled_from(Filter)),
        labels=st.frozensets(st.sampled_from(Label)),
        text=st.text(),
        sort=st.sampled_from(SortBy),
    )
)
def test_a_place_is_read_as_it_was_written(data_dir, place: Place):
    Places(data_dir).put(Path("/shoot"), place)
    assert Places(data_dir).get(Path("/shoot")) == place


def test_only_the_last_places_are_kept(data_dir):
    places = Places(data_dir)
    for number in range(KEPT + 3):
        places.put(Path(f"/shoot/{number}"), Place())
    stored = json.loads((data_dir.root / "places.json").read_text(encoding="utf-8"))
    assert len(stored) == KEPT and "/shoot/0" not in stored


@pytest.mark.parametrize("view", ["show_loupe", "show_compare", "show_survey"])
def test_no_view_clings_to_a_former_album(qtbot, window: MainWindow, small_album: Path, view: str):
    other = small_album.parent / "another"
    other.mkdir()
    Image.new("RGB", (90, 60), (80, 9, 9)).save(other / "B.jpg")
    window.grid.go_to_row(8)
    getattr(window.views, view)()
    with qtbot.waitSignal(window.run.ended, timeout=60_000):
        window.open_album(other)
    getattr(window.views, view)()
    assert _current(window) == "B.jpg"
    assert not [
        e for e in (window.views.compare.pair[0], window.loupe._entry) if e and e.photo.name != "B.jpg"
    ]


def test_an_album_that_is_left_before_its_groups_are_known_keeps_its_place(
    qtbot, make_window, open_album, window: MainWindow, small_album: Path, monkeypatch
):
    window.choosing.sort_by(SortBy.NAME)
    window.grid.go_to_row(4)
    name = _current(window)
    window.show_loupe()
    window.loupe.canvas.show_view(View(2.0, 0.25, 0.75))
    window.close()
    other = small_album.parent / "another"
    other.mkdir()
    Image.new("RGB", (90, 60), (80, 9, 9)).save(other / "B.jpg")
    may_go_on, real = threading.Event(), inspecting.inspect

    def slow(photo):
        assert may_go_on.wait(30)
        return real(photo)

    monkeypatch.setattr(run_batches, "FLUSH_SECONDS", 0)  # the list of photos is shown before they are read
    monkeypatch.setattr(inspecting, "inspect", slow)
    again = make_window()
    with qtbot.waitSignal(again.run.listed, timeout=60_000):
        again.open_album(small_album)
    with qtbot.waitSignal(again.run.ended, timeout=60_000):
        again.open_album(other)
        may_go_on.set()
    open_album(again, small_album)
    assert again.views.currentWidget() is again.loupe and _current(again) == name
    assert again.loupe.canvas.view == View(2.0, 0.25, 0.75)
    assert again.album.ordering.by is SortBy.NAME
