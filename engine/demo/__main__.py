"""`python -m engine.demo --to DIR`: makes the demo album."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from engine.demo.album import DemoAlbum, make_album
from engine.errors import EXIT_INTERRUPTED, FramepickError

LINE_EVERY = 10  # shots, where the output is not a terminal


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the album, tell what it holds, and return the exit code."""
    options = _parser().parse_args(arguments)
    started = time.monotonic()
    try:
        album = make_album(options.to, show_progress, options.shareable_only)
    except FramepickError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"\nStopped. The same command goes on from here: --to {options.to}", file=sys.stderr)
        return EXIT_INTERRUPTED
    print(_summary(album, options.to, time.monotonic() - started))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine.demo", description="Makes the demo album.")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="an empty or a new folder")
    parser.add_argument(
        "--shareable-only",
        action="store_true",
        help="only photographs whose licence allows pictures of the album to be published",
    )
    return parser


def show_progress(done: int, total: int) -> None:
    if sys.stdout.isatty():
        print(f"\rDemo album: {done} of {total} shots", end="\n" if done == total else "", flush=True)
    elif done % LINE_EVERY == 0 or done == total:
        print(f"Demo album: {done} of {total} shots", flush=True)


def _summary(album: DemoAlbum, folder: Path, seconds: float) -> str:
    lines = [
        f"Demo album in {folder}: {album.files} files of {album.photographs} photographs, "
        f"{album.megabytes:.0f} MB, {album.built} shots made in {seconds:.1f} s."
    ]
    if album.missing:
        lines.append("Left out, since these photographs are not to be had here (run again to complete it):")
        lines += [f"  {name}: {reason}" for name, reason in sorted(album.missing.items())]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
