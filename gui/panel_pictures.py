"""Takes pictures of the Models panel in every state, for all roles: `python -m gui.panel_pictures --to DIR`.

The statuses are made up; the window and its panel are the real ones. Writes panel_<state>.png, and
panel_narrow_<state>.png with the panel as narrow as it goes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QTimer

from engine.paths import DataDir
from engine.settings import load_settings
from engine.switches import SWITCHED_OFF
from engine.types import ModelState, ModelStatus, Role
from gui.app import before_window, make_window
from gui.main_window import MainWindow

SIZE = (1366, 768)
HASH = "e563ad91b3d47410e45f7238f07ab8f6abd1bd0c4b18a4b0af9c681a21a91cb2"
LONG = "/home/someone/photography/models/ava/2026-11 resnet50 distribution emd run 7/best_model_epoch_19.pt"
SETTLE_MS = 400

_MODELS = {
    Role.AESTHETIC: ("AVA ResNet50 (best_model_epoch_19.pt)", LONG, "cpu", "OpenVINO 2026.4 f32"),
    Role.QUALITY: ("Rule-based IQA", None, "cpu", "OpenCV"),
    Role.PORTRAIT: (
        "MediaPipe Face Landmarker, with CenterFace for small faces",
        "/home/someone/.local/share/framepick/models/face_landmarker.task",
        "cpu",
        "MediaPipe, OpenCV",
    ),
    Role.COMPARATOR: (
        "Siamese VGG16 (siamese_vgg16_final.pt)",
        LONG,
        "cuda:0",
        "torch 2.14.1 fp16 channels_last",
    ),
}
_REASONS = {
    "missing": f"The checkpoint {LONG} does not exist. Correct the path in the settings.",
    "failed": f"The checkpoint {LONG} cannot be loaded: it lacks head.3.weight (1 x 512).",
    "disabled": SWITCHED_OFF,
    "warning": "The GPU ran out of memory: it runs on the CPU now; failed on 3 photos: IMG_0042.JPG",
}
STATES = ("active", "idle", "missing", "failed", "disabled", "warning")


def main(arguments: list[str] | None = None) -> int:
    """Take the pictures; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m gui.panel_pictures", description=__doc__)
    parser.add_argument("--to", type=Path, required=True)
    options = parser.parse_args(arguments)
    options.to.mkdir(parents=True, exist_ok=True)
    app = before_window()
    with tempfile.TemporaryDirectory() as folder:
        window = make_window(load_settings(), DataDir.resolve(Path(folder)))
        window.resize(*SIZE)
        window.show()
        window.panels.show("panel.models")
        _settle()
        for state in STATES:
            _take(window, state, options.to)
        window.close()
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return 0


def statuses_in(state: str) -> tuple[ModelStatus, ...]:
    """Return all four roles in one state; "warning" is active with a reason."""
    return tuple(_status(role, state) for role in Role)


def _status(role: Role, state: str) -> ModelStatus:
    name, checkpoint, device, runtime = _MODELS[role]
    real = ModelState.ACTIVE if state == "warning" else ModelState(state)
    status = ModelStatus(role, name, real, role is Role.PORTRAIT, checkpoint, reason=_REASONS.get(state))
    if real is ModelState.MISSING:
        return status
    status = replace(status, sha256=HASH if checkpoint else None, device=device, runtime=runtime)
    if real is ModelState.ACTIVE:
        return replace(status, scored=1204, cached=8796, failed=3 if state == "warning" else 0)
    return replace(status, failed=17) if real is ModelState.FAILED else status


def _take(window: MainWindow, state: str, folder: Path) -> None:
    window.switching.take_statuses(statuses_in(state))
    for name, width in (("panel", 420), ("panel_narrow", 1)):
        window.panels.resize("panel.models", width)
        _settle()
        file = folder / f"{name}_{state}.png"
        (window if name == "panel" else window.status_panel).grab().save(str(file))
        print(file)


def _settle() -> None:
    loop = QEventLoop()
    QTimer.singleShot(SETTLE_MS, loop.quit)
    loop.exec()


if __name__ == "__main__":
    sys.exit(main())
