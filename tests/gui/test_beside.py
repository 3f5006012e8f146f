"""Stepping beside other viewers: programs in an environment of their own, or words why there are none."""

from __future__ import annotations

import venv
from pathlib import Path
from textwrap import dedent

import PySide6
import pytest
from PIL import Image
from rich.console import Console

from engine.cli.parser import parse
from engine.errors import NothingToDoError
from engine.paths import DataDir
from engine.settings import Settings
from gui import beside

SLOWLY_MS = 120
VIEWER = f"""
import sys
import time
from pathlib import Path
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QGraphicsScene, QGraphicsView, QMainWindow

class Window(QMainWindow):
    def __init__(self, files):
        super().__init__()
        self.files, self.scene = files, QGraphicsScene()
        self.view = QGraphicsView(self.scene)
        self.setCentralWidget(self.view)
        self.show_first()

    def show_first(self):
        self.scene.clear()
        self.scene.addPixmap(QPixmap(str(self.files.pop(0))))

    def keyPressEvent(self, event):
        time.sleep({SLOWLY_MS / 1000})
        self.show_first()

def main():
    app = QApplication(sys.argv[:1])
    window = Window(sorted(Path(sys.argv[1]).iterdir()))
    window.show()
    sys.exit(app.exec())
"""


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A Python environment in which PySide6 is found and nothing else of note."""
    folder = tmp_path / "venv"
    venv.create(folder, with_pip=False)
    packages_of(folder).joinpath("qt.pth").write_text(
        str(Path(PySide6.__file__).parent.parent), encoding="utf-8"
    )
    return folder


def packages_of(environment: Path) -> Path:
    (packages,) = [*environment.glob("lib/python*/site-packages"), *environment.glob("Lib/site-packages")]
    return packages


def install(environment: Path, name: str, code: str) -> None:
    packages = packages_of(environment)
    module = name.replace("-", "_") + "_viewer"
    packages.joinpath(f"{module}.py").write_text(dedent(code), encoding="utf-8")
    about = packages / f"{name.replace('-', '_')}-9.8.dist-info"
    about.mkdir()
    about.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 9.8\n")
    about.joinpath("entry_points.txt").write_text(f"[console_scripts]\n{name} = {module}:main\n")


@pytest.fixture
def jpegs(tmp_path: Path) -> Path:
    folder = tmp_path / "jpegs"
    folder.mkdir()
    for number in range(5):
        Image.new("RGB", (900, 600), (40 * number, 90, 20)).save(folder / f"{number}.jpg")
    return folder


def test_a_slow_viewer_is_measured_as_slow(environment: Path, jpegs: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(beside, "RESTS", {"after_rest": 50, "without_rest": 0})
    install(environment, "cullet", VIEWER)
    found = beside._of_viewer(beside.VIEWERS[0], environment, tmp_path, jpegs)
    assert not isinstance(found, str), found
    assert found["version"] == "9.8"
    for rest in ("after_rest", "without_rest"):
        assert (found[rest]["samples"], found[rest]["missed"]) == (4, 0)
        assert SLOWLY_MS <= found[rest]["median"] < 20 * SLOWLY_MS
        assert found[rest]["stall_ms"] >= SLOWLY_MS - 10, "it blocks its own window"


def test_a_viewer_that_is_not_there_or_breaks_is_said_in_words(
    environment: Path, jpegs: Path, tmp_path: Path
):
    install(environment, "foto-util", "def main():\n    raise RuntimeError('other keys now')\n")
    cullet, foto_util = beside.VIEWERS
    assert beside._of_viewer(cullet, environment, tmp_path, jpegs) == "not installed"
    assert beside._of_viewer(cullet, tmp_path / "nowhere", tmp_path, jpegs) == "not installed"
    told = beside._of_viewer(foto_util, environment, tmp_path, jpegs)
    assert told == "it ended badly: RuntimeError: other keys now"
    assert "other keys now" in table_text({"foto-util": told})


def test_a_viewer_that_takes_another_key_now_does_not_hold_the_benchmark_up(
    environment: Path, jpegs: Path, tmp_path: Path, monkeypatch
):
    install(environment, "cullet", VIEWER.replace("keyPressEvent", "someOtherEvent"))
    script = Path(beside.__file__).with_name("beside_pilot.py").read_text(encoding="utf-8")
    hasty = tmp_path / "beside_pilot.py"
    hasty.write_text(script.replace("STEP_LIMIT_S = 8.0", "STEP_LIMIT_S = 0.3"), encoding="utf-8")
    monkeypatch.setattr(beside, "SCRIPT", hasty)
    assert "it may have changed" in str(beside._of_viewer(beside.VIEWERS[0], environment, tmp_path, jpegs))


def test_framepick_steps_through_copies_scored_and_unscored(
    jpegs: Path, settings: Settings, data_dir: DataDir, tmp_path: Path
):
    before = sorted((file.name, file.read_bytes()) for file in jpegs.iterdir())
    found = beside.measure_beside(tmp_path / "nowhere", jpegs, settings, data_dir)
    assert list(found) == ["Framepick, nothing scored", "Framepick, scored", "cullet", "foto-util"]
    for name in list(found)[:2]:
        assert found[name]["after_rest"]["samples"] == 4  # type: ignore[index]
    assert "not installed" in table_text(found)
    assert sorted((file.name, file.read_bytes()) for file in jpegs.iterdir()) == before
    assert not data_dir.library.exists()


def test_too_few_jpegs_are_said_in_words(settings: Settings, data_dir: DataDir, tmp_path: Path):
    with pytest.raises(NothingToDoError, match="0 JPEGs"):
        beside.measure_beside(tmp_path, tmp_path, settings, data_dir)


def test_the_command_line_knows_the_environment():
    options = parse(["benchmark", "navigation", "album", "--beside", "other"])
    assert options.beside == Path("other")


def table_text(figures) -> str:
    console = Console(width=200)
    with console.capture() as captured:
        console.print(beside.as_table(figures))
    return captured.get()
