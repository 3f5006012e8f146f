"""Keeps MediaPipe and OpenVINO from the network.

OpenVINO's converter reports its use to Google through a package of its own, which is kept from being
imported. MediaPipe has it built in since 0.10.35: its library sends usage statistics to Google when a task
is closed, and no option turns that off (google-ai-edge/mediapipe issue 6291). It sends them with libcurl,
which asks the environment for a proxy: with one that cannot exist it gives up before it looks up a name or
opens a connection.
"""

from __future__ import annotations

import os
import sys
from types import ModuleType

_NO_WAY_OUT = {
    "https_proxy": "unsupported://none",  # libcurl reads the small letters first
    "HTTPS_PROXY": "unsupported://none",
    "no_proxy": "framepick.invalid",  # and no exception to it, whatever the user has set
    "NO_PROXY": "framepick.invalid",
}
_before: dict[str, str | None] = {}


def keep_offline() -> None:
    """Close the way out for the rest of this process. Call it before MediaPipe is loaded."""
    if not _before:
        _before.update({name: os.environ.get(name) for name in _NO_WAY_OUT})
    os.environ.update(_NO_WAY_OUT)


def import_openvino() -> ModuleType:
    """Import OpenVINO without what reports its use; it carries stubs for the case that this is not there."""
    sys.modules.setdefault("openvino_telemetry", None)  # pyright: ignore[reportArgumentType]
    import openvino

    return openvino


def users_environment() -> dict[str, str]:
    """Return the environment as the user set it, for a program that was asked to use the network."""
    environment = dict(os.environ)
    for name, value in _before.items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = value
    return environment
