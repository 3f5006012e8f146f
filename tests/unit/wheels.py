"""Small wheels and a small package index, made on the spot, for tests of the installer."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from engine.models.manifest import Weights
from engine.types import Role

LICENCE = "Licence of the package's code."


def weights_of(package: str, content: bytes, file: str = "") -> Weights:
    """Return a manifest entry for `content` as the only file of `package` (name==1.0)."""
    name = package.replace("-", "_")
    file = file or f"{name}.bin"
    return Weights(
        name=package,
        role=Role.AESTHETIC,
        title=f"Model {package}",
        package=f"{package}==1.0",
        member=f"{name}/model/{file}",
        file=file,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        licence="Apache-2.0",
        origin=f"Made for a test of {package}",
        preprocessing="none",
    )


def make_wheel(folder: Path, weights: Weights, content: bytes) -> Path:
    """Write the wheel that `weights` says it comes in, with `content` as the weights file."""
    folder.mkdir(parents=True, exist_ok=True)
    name = weights.package.split("==")[0].replace("-", "_")
    info = f"{name}-1.0.dist-info"
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(weights.member, content)
        archive.writestr(f"{name}/__init__.py", "raise SystemExit('package code was run')")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/licenses/LICENSE.txt", LICENCE)
        archive.writestr(f"{info}/RECORD", "")
    return wheel


class Index:
    """A package index on the loopback interface.

    `cut_off` requests break in the middle of a file; with `stall` the headers are followed by silence
    until `go_on` is set.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []  # wheels, once for each request
        self.cut_off = 0
        self.stall = False
        self.go_on = threading.Event()
        self.url = ""

    def page(self, project: str) -> bytes:
        names = [
            file.name for file in self.folder.iterdir() if file.name.startswith(project.replace("-", "_"))
        ]
        links = "".join(f'<a href="/files/{name}">{name}</a>' for name in names)
        return f"<!DOCTYPE html><html><body>{links}</body></html>".encode()


@contextmanager
def serve(index: Index) -> Iterator[Index]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, _, name = self.path.strip("/").partition("/")
            if kind == "simple":
                return self._send(index.page(name), "text/html")
            index.asked.append(name)
            return self._send_wheel((index.folder / name).read_bytes())

        def _send(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _send_wheel(self, body: bytes) -> None:
            start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")[0])
            self.send_response(206 if start else 200)
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("ETag", '"1"')
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            half = start if index.stall else start + (len(body) - start) // 2
            self.wfile.write(body[start:half])
            if index.cut_off > 0:
                index.cut_off -= 1
                self.close_connection = True
                return
            if index.stall:
                index.go_on.wait(20)
            with contextlib.suppress(OSError):  # the client may have gone
                self.wfile.write(body[half:])

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    index.url = f"http://127.0.0.1:{server.server_address[1]}/simple"
    try:
        yield index
    finally:
        index.go_on.set()
        server.shutdown()
        thread.join()
        server.server_close()
