"""Opens photo files, and says in words why one cannot be read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from PIL import Image

from engine.album.formats import Kind, content_in_words, kind_of
from engine.errors import PhotoError

MAX_PIXELS = 250_000_000
MAX_SIDE = 65_535  # pixels; JPEG's own limit
_LARGE_PIXELS = 80_000_000  # about 600 MB while it is decoded in full

one_large_image = threading.Lock()
_alone = threading.local()


@contextmanager
def photo_errors(path: Path) -> Iterator[None]:
    """Turn whatever fails while `path` is read into a PhotoError that says why."""
    try:
        yield
    except (PhotoError, LargeImageError):
        raise
    # Broad with a reason: what decoders raise on damaged files is not documented and differs by format.
    except Exception as error:
        raise PhotoError(path, reason_of(error, path)) from error


def kind_or_error(head: bytes, path: Path) -> Kind:
    """Return the kind of a file by its first bytes. Raises PhotoError when it is empty or no image."""
    if not head:
        raise PhotoError(path, "is empty (0 bytes)")
    kind = kind_of(head, path.suffix)
    if kind is None:
        raise PhotoError(path, f"is not an image that can be read (its content is {content_in_words(head)})")
    return kind


def check_size(path: Path, width: int, height: int) -> None:
    """Raise PhotoError when an image of these sides (pixels) would be too much to decode."""
    if width < 1 or height < 1:
        raise PhotoError(path, "is damaged (its size is 0 pixels)")
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        limit = f"{MAX_PIXELS // 1_000_000} megapixels, {MAX_SIDE} on the long side"
        raise PhotoError(path, f"is too large ({width} x {height} pixels; the limit is {limit})")


class LargeImageError(Exception):
    """An image is large and it is not its turn: the program has to say when there is room."""


@contextmanager
def turns(*, large: bool) -> Iterator[None]:
    """Within this, a process that decodes for the program takes large images only if it was told to."""
    _alone.large = large
    try:
        yield
    finally:
        del _alone.large


def room_for(width: int, height: int) -> AbstractContextManager[object]:
    """Hold this while an image is decoded in full: large ones take turns, so as not to fill memory.

    Raises LargeImageError in a process that has to ask for its turn.
    """
    if width * height < _LARGE_PIXELS:
        return nullcontext()
    if not hasattr(_alone, "large"):
        return one_large_image
    if _alone.large:
        return nullcontext()
    raise LargeImageError


def reason_of(error: Exception, path: Path) -> str:
    """Return why reading `path` failed, in words."""
    if isinstance(error, MemoryError):
        return "needs more memory than is free"
    if isinstance(error, FileNotFoundError):
        return "is a link to a file that is not there" if path.is_symlink() else "has disappeared"
    if isinstance(error, PermissionError):
        return "cannot be read: permission denied"
    if isinstance(error, OSError) and error.errno is not None:
        return f"cannot be read: {error.strerror}"
    return _reason_of_decoder(error)


def _reason_of_decoder(error: Exception) -> str:
    said = _text_of(error)
    text = said.lower()
    if "could not create decoder" in text:  # WebP says no more than that
        return "is truncated or damaged"
    if any(
        word in text
        for word in ("truncated", "end of file", "end-of-file", "premature", "input/output error")
    ):
        return "is truncated"
    if isinstance(error, Image.DecompressionBombError) or "security limit" in text:
        return "is too large"
    if not any(letter.isalpha() for letter in said):  # a KeyError says no more than a number
        return "is damaged"
    return f"is damaged ({said.splitlines()[0]})"


def _text_of(error: Exception) -> str:
    """Return what an error says; rawpy's say it in bytes."""
    first = error.args[0] if error.args else ""
    return first.decode("ascii", "replace") if isinstance(first, bytes) else str(error)
