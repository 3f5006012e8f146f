"""Takes pictures of the real window on a culled album: `python -m gui.screenshots --to DIR`.

Writes grid.png, loupe.png, models.png and export.png.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QWidget

from engine.paths import DataDir
from engine.settings import load_settings
from engine.types import Decision, Label, Marks
from gui.app import before_window, make_window
from gui.export_dialog import ExportDialog
from gui.exporting import export_items, shown_photos
from gui.main_window import MainWindow

MOST_SECONDS = 900.0  # that culling may take
SETTLE_SECONDS = 1.5  # until thumbnails and pictures have come


class NotDoneError(Exception):
    """The album was not culled in time."""


def main(arguments: list[str] | None = None) -> int:
    """Take the pictures; return the exit code."""
    options = _parser().parse_args(arguments)
    app = before_window()
    data_dir = DataDir.resolve(options.data_dir)
    window = make_window(load_settings(data_dir.config if data_dir.config.exists() else None), data_dir)
    window.resize(options.width, options.height)
    window.show()
    window.open_album(options.album.resolve())
    try:
        _wait(lambda: not window.run.running, MOST_SECONDS)
        options.to.mkdir(parents=True, exist_ok=True)
        _take_all(window, options.to, data_dir)
    except NotDoneError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        window.close()
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gui.screenshots", description=__doc__)
    parser.add_argument("--album", type=Path, default=Path(".demo/shareable"))
    parser.add_argument("--data-dir", type=Path, default=Path(".demo/data"))
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--height", type=int, default=900)
    return parser


def _take_all(window: MainWindow, folder: Path, data_dir: DataDir) -> None:
    _decide_a_few(window)
    window.panels.show("panel.inspector")
    _save(window, folder / "grid.png")
    window.show_loupe()
    _save(window, folder / "loupe.png")
    window.show_grid()
    window.panels.show("panel.models")
    _save(window, folder / "models.png")
    assert window.run.album is not None
    dialog = ExportDialog(
        export_items(window.album), window.run.album, data_dir, window, shown_photos(window.album)
    )
    dialog.show()
    _save(dialog, folder / "export.png")
    dialog.close()


def _decide_a_few(window: MainWindow) -> None:
    """Show decisions without writing any: accept the first picks, reject the weakest of the first group."""
    entries = window.album.entries()
    picks = [entry for entry in entries if entry.is_pick][:3]
    weakest = sorted(window.album.members(entries[0]), key=lambda e: -e.ranked.rank if e.ranked else 0)[:2]
    shown = {entry.photo.id: Marks(Decision.REJECT) for entry in weakest if not entry.is_pick}
    liked = [Marks(Decision.ACCEPT, 4, Label.GREEN), Marks(Decision.ACCEPT, 3), Marks(stars=2)]
    window.album.set_marks(shown | {entry.photo.id: each for entry, each in zip(picks, liked, strict=False)})
    window.grid.go_to_row(0)


def _save(widget: QWidget, file: Path) -> None:
    _pause(SETTLE_SECONDS)
    widget.grab().save(str(file))
    print(file)


def _wait(done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise NotDoneError(f"The album was not culled within {seconds:.0f} s; no pictures were taken.")
        _pause(0.05)


def _pause(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


if __name__ == "__main__":
    sys.exit(main())
