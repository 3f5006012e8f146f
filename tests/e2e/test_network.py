"""Culling uses no network: not even MediaPipe's own statistics leave the machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

from engine.models.offline import keep_offline, users_environment
from tests.data_dirs import with_models

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_is_sent_while_culling(small_album: Path, tmp_path: Path, weights_dir: Path):
    """A proxy of ours is named in the environment: whoever wants out over the network has to knock there."""
    data = with_models(tmp_path / "data", weights_dir).root
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        knocks: list[object] = []
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                try:
                    connection, caller = server.accept()
                except TimeoutError:
                    continue
                connection.close()
                knocks.append(caller)

        listener = threading.Thread(target=listen)
        listener.start()
        proxy = f"http://127.0.0.1:{server.getsockname()[1]}"
        names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
        command = [sys.executable, "main.py", "cull", str(small_album), "--data-dir", str(data)]
        try:
            code = subprocess.run(
                [*command, "--require", "portrait"],
                cwd=ROOT,
                env={**os.environ, **dict.fromkeys(names, proxy)},
                capture_output=True,
                timeout=120,
                check=False,
            ).returncode
        finally:
            done.set()
            listener.join()
    assert code == 0
    assert knocks == []


def test_a_program_that_was_asked_to_download_gets_the_users_own_proxy(monkeypatch):
    monkeypatch.setattr("engine.models.offline._before", {})
    monkeypatch.setenv("https_proxy", "http://proxy.studio:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)
    for name in ("HTTPS_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "mine")
    keep_offline()
    assert os.environ["https_proxy"].startswith("unsupported")
    environment = users_environment()
    assert environment["https_proxy"] == "http://proxy.studio:3128"
    assert environment["no_proxy"] == "mine"
    assert "NO_PROXY" not in environment
