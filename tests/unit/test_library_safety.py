"""What happens to the library when the disk, the file or another window is in the way: no mark is lost."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import LibraryError
from engine.library import database, repair
from engine.library.decisions import DecisionStore
from engine.library.marks import MarkChange, PhotoKey
from engine.library.repair import take_notes
from engine.library.salvage import salvage
from engine.types import Decision, Label, Marks

ALBUM = Path("/photos/2026 wedding")
ACCEPT, REJECT = MarkChange(Decision.ACCEPT), MarkChange(Decision.REJECT)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "data" / "library.sqlite3"


@pytest.fixture(autouse=True)
def none_checked_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_checked", set())
    take_notes()


def _key(number: int) -> PhotoKey:
    return PhotoKey(number, f"IMG_{number:04d}.JPG", f"{number:032x}", "2026-06-01T12:00:00")


def _change(store: DecisionStore, number: int, change: MarkChange) -> None:
    store.change(ALBUM, {_key(number): change}, "test", {_key(number): Marks()})


def _filled(library: Path, count: int = 400) -> dict[int, Marks]:
    store = DecisionStore(library)
    changes = {
        _key(n): MarkChange(decision, n % 6, Label.GREEN, f"group {n // 5}" if n % 4 else None, n % 7 == 0)
        for n in range(count)
        for decision in (Decision.REJECT if n % 3 else Decision.ACCEPT,)
    }
    store.change(ALBUM, changes, "test", {key: Marks() for key in changes})
    store.close()
    return {key.photo_id: change.on(Marks()) for key, change in changes.items()}


def _read(library: Path, count: int) -> dict[int, Marks]:
    database.forget_checks()  # as in a new process
    store = DecisionStore(library)
    found = store.marks(ALBUM, [_key(number) for number in range(count)])
    store.close()
    return found


def _backups(library: Path) -> list[Path]:
    return [p for p in library.parent.glob(f"{library.name}.damaged-*") if not p.name.endswith("-wal")]


def test_smashed_tables_cost_no_mark_that_can_be_read(library: Path):
    said = _filled(library)
    content = bytearray(library.read_bytes())
    content[100:4096] = b"\xff" * 3996  # the list of tables
    library.write_bytes(content)
    assert _read(library, 400) == said
    assert _backups(library)[0].read_bytes() == content
    (note,) = take_notes()
    assert "was damaged" in note and "400 entries" in note


@pytest.mark.parametrize("seed", range(6))
def test_a_page_of_noise_costs_only_its_own_marks(library: Path, seed: int):
    said = _filled(library)
    content = bytearray(library.read_bytes())
    dice = random.Random(seed)
    page = dice.randrange(1, len(content) // 4096)
    content[page * 4096 : (page + 1) * 4096] = dice.randbytes(4096)
    library.write_bytes(content)
    found = _read(library, 400)
    assert all(said[number] == marks for number, marks in found.items())
    assert len(found) > 350


def test_a_cut_off_library_keeps_what_is_left(library: Path):
    said = _filled(library)
    content = library.read_bytes()
    library.write_bytes(content[: len(content) * 2 // 3 // 4096 * 4096 + 100])
    found = _read(library, 400)
    assert found and all(said[number] == marks for number, marks in found.items())
    assert len(_backups(library)) == 1


def test_what_is_in_the_log_alone_is_salvaged_too(library: Path, tmp_path: Path):
    store = DecisionStore(library)
    _change(store, 1, ACCEPT)
    _change(store, 1, REJECT)
    copy = tmp_path / "copy.sqlite3"  # as after a power cut: the log was never written back
    copy.write_bytes(library.read_bytes())
    Path(f"{copy}-wal").write_bytes(Path(f"{library}-wal").read_bytes())
    store.close()
    assert [row[4] for row in salvage(copy)] == ["reject"]


def test_long_rows_go_on_in_other_pages(library: Path):
    store = DecisionStore(library)
    album = Path("/" + "very long/" * 1500)
    store.change(album, {_key(1): ACCEPT}, "test", {_key(1): Marks()})
    store.close()
    ((_, name, found, *_),) = salvage(library)
    assert (name, found) == ("IMG_0001.JPG", str(album))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_noise_anywhere_never_stops_salvage_nor_makes_up_marks(tmp_path_factory, data: st.DataObject):
    folder = tmp_path_factory.mktemp("noise")
    library = folder / "l.sqlite3"
    said = _filled(library, 30)
    content = bytearray(library.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    noise = data.draw(st.binary(min_size=1, max_size=600))
    content[at : at + len(noise)] = noise
    library.write_bytes(content)
    known = {f"{n:032x}" for n in said}
    for identity, _, _, _, decision, _, stars, *_ in salvage(library):
        assert decision in set(Decision) and 0 <= stars <= 5
        assert identity in known or noise  # a byte of a name may be noise itself


def test_a_file_that_is_no_library_is_kept_beside(library: Path):
    library.parent.mkdir()
    library.write_text("holiday notes, not a database, long enough to be read as a header" * 10)
    assert _read(library, 3) == {}
    assert _backups(library)[0].read_text().startswith("holiday notes")
    assert "was damaged" in take_notes()[0]


def test_a_rebuild_that_is_cut_short_loses_nothing(library: Path, monkeypatch: pytest.MonkeyPatch):
    said = _filled(library, 50)
    content = bytearray(library.read_bytes())
    content[100:4096] = b"\xff" * 3996
    library.write_bytes(content)

    class CutError(BaseException): ...

    def cut(*_: object) -> None:
        raise CutError

    for name in ("_back_up", "_fill"):
        with monkeypatch.context() as patch:
            patch.setattr(repair, name, cut)
            with pytest.raises(CutError):
                DecisionStore(library)
        assert library.read_bytes() == content
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", cut)
        with pytest.raises(CutError):
            DecisionStore(library)
    assert _read(library, 50) == said


def test_no_room_for_the_backup_leaves_the_library_alone(library: Path, monkeypatch: pytest.MonkeyPatch):
    _filled(library, 5)
    content = bytearray(library.read_bytes())
    content[100:4096] = b"\xff" * 3996
    library.write_bytes(content)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(repair, "_copy_flushed", full)
    with pytest.raises(LibraryError, match="No space left"):
        DecisionStore(library)
    assert library.read_bytes() == content


def test_a_newer_library_is_refused_and_not_one_byte_of_it_changes(library: Path):
    _filled(library, 5)
    connection = sqlite3.connect(library)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = library.read_bytes()
    database.forget_checks()
    with pytest.raises(LibraryError, match="newer Framepick"):
        DecisionStore(library)
    assert library.read_bytes() == before
    assert sorted(p.name for p in library.parent.iterdir()) == [library.name]


def test_a_locked_library_is_named_after_a_while(library: Path, monkeypatch: pytest.MonkeyPatch):
    _filled(library, 1)
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)
    store = DecisionStore(library)
    other = sqlite3.connect(library, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LibraryError, match="not saved: database is locked"):
        _change(store, 1, ACCEPT)
    with pytest.raises(LibraryError, match="in use by another program"):
        DecisionStore(library)
    other.execute("ROLLBACK")
    other.close()
    _change(store, 1, REJECT)
    store.close()
    assert _read(library, 2)[1].decision is Decision.REJECT


def test_a_full_disk_stores_nothing_and_goes_on_later(library: Path):
    store = DecisionStore(library)
    _change(store, 1, ACCEPT)
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LibraryError, match="full"):
        for number in range(2, 500):
            _change(store, number, REJECT)
    store._connection.execute("PRAGMA max_page_count = 1000000")
    before = store.marks(ALBUM, [_key(number) for number in range(500)])
    _change(store, 600, ACCEPT)
    store.close()
    assert _read(library, 601) == before | {600: Marks(Decision.ACCEPT)}


def test_two_windows_lose_no_decision_of_each_other(library: Path):
    failures: list[Exception] = []

    def window(first: int) -> None:
        store = DecisionStore(library)
        try:
            for number in range(first, 120, 2):
                _change(store, number, ACCEPT if number % 4 else REJECT)
        except LibraryError as error:
            failures.append(error)
        finally:
            store.close()

    windows = [threading.Thread(target=window, args=(first,)) for first in (0, 1)]
    for each in windows:
        each.start()
    for each in windows:
        each.join()
    assert failures == []
    assert len(_read(library, 120)) == 120


_OTHER_PROCESS = """
import sys
from pathlib import Path
from engine.library.decisions import DecisionStore
from engine.library.marks import MarkChange, PhotoKey
from engine.types import Decision, Marks
store = DecisionStore(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    key = PhotoKey(number, f"IMG_{number:04d}.JPG", f"{number:032x}", "2026-06-01T12:00:00")
    store.change(Path(sys.argv[4]), {key: MarkChange(Decision.ACCEPT)}, "test", {key: Marks()})
store.close()
"""


def test_a_window_whose_library_was_rebuilt_by_another_writes_into_the_new_one(library: Path):
    store = DecisionStore(library)
    _change(store, 1, ACCEPT)
    root = Path(__file__).resolve().parents[2]
    damage = (
        "from engine.library import repair, database; from pathlib import Path; import sys\n"
        "repair._is_sound = lambda path: False\n"
        "repair.rebuild(Path(sys.argv[1]), database._open)"
    )
    subprocess.run([sys.executable, "-c", damage, str(library)], cwd=root, check=True, timeout=60)
    _change(store, 2, REJECT)
    store.close()
    assert _read(library, 3) == {1: Marks(Decision.ACCEPT), 2: Marks(Decision.REJECT)}


def test_two_processes_lose_no_decision_of_each_other(library: Path):
    root = Path(__file__).resolve().parents[2]
    DecisionStore(library).close()
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _OTHER_PROCESS, str(library), str(a), str(b), str(ALBUM)], cwd=root
        )
        for a, b in ((0, 60), (60, 120))
    ]
    assert [each.wait(60) for each in running] == [0, 0]
    assert len(_read(library, 120)) == 120


def test_damage_that_is_met_on_the_way_says_what_to_do(library: Path):
    _filled(library)
    store = DecisionStore(library)
    content = library.read_bytes()
    library.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(LibraryError, match="damaged: close Framepick and start it again"):
        store.marks(ALBUM, [_key(number) for number in range(400)])
    with pytest.raises(LibraryError, match="damaged: close Framepick and start it again"):
        _change(store, 1, ACCEPT)
    store.close()
