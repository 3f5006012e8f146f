"""The bytes of a sidecar as text and back: UTF-8, UTF-16 and UTF-32, with or without a byte order mark."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import SidecarError

_BOM = "\ufeff"
# Longest marks first: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xff\xfe", "utf-16-le"),
)
# Without a mark, by how "<" is written (XML 1.0, appendix F).
_STARTS = (
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
)
_UNICODE = {
    "utf-8": ("utf-8", "utf8", "us-ascii", "ascii"),
    "utf-16": ("utf-16", "utf16", "utf-16le", "utf-16be", "ucs-2", "iso-10646-ucs-2"),
    "utf-32": ("utf-32", "utf32", "utf-32le", "utf-32be", "ucs-4", "iso-10646-ucs-4"),
}


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a sidecar was written, so that it is written the same way again."""

    codec: str = "utf-8"
    marked: bool = False

    def encode(self, text: str) -> bytes:
        return ((_BOM if self.marked else "") + text).encode(self.codec)


def decode(data: bytes) -> tuple[str, Encoding]:
    """Return the text without its mark, and how it was written. Raises SidecarError when it is no Unicode."""
    encoding = _encoding_of(data)
    try:
        text = data.decode(encoding.codec)
    except UnicodeDecodeError as error:
        raise SidecarError(
            f"it is not written in {encoding.codec.upper()} from end to end (byte {error.start})"
        ) from error
    return text.removeprefix(_BOM) if encoding.marked else text, encoding


def check_declared(declared: str | None, encoding: Encoding) -> None:
    """Raise SidecarError when the XML declaration names another encoding than that of the bytes."""
    family = encoding.codec.removesuffix("-be").removesuffix("-le")
    if declared is not None and declared.lower() not in _UNICODE[family]:
        raise SidecarError(f"it declares the encoding {declared}, and its bytes are read as {family.upper()}")


def _encoding_of(data: bytes) -> Encoding:
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return Encoding(codec, marked=True)
    for start, codec in _STARTS:
        if data.startswith(start):
            return Encoding(codec)
    return Encoding()
