"""Which files are photos: by suffix when a folder is listed, by content when a file is opened."""

from __future__ import annotations

from enum import StrEnum

JPEG_SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe"})
HEIF_SUFFIXES = frozenset({".heic", ".heif", ".hif"})
OTHER_SUFFIXES = frozenset({".png", ".tif", ".tiff", ".webp"})
# What LibRaw reads. Not ".ori", which Olympus writes beside an ORF and a JPEG of that name: three files would
# be no pair any more. Not ".raw", which may be anything, nor ".gpr", which it does not read.
RAW_SUFFIXES = (
    frozenset(
        {".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".sr2", ".srf", ".raf", ".orf", ".rw2", ".rwl"}
    )
    | frozenset({".dng", ".pef", ".srw", ".kdc", ".dcr", ".erf", ".3fr", ".fff", ".mos", ".mef", ".mrw"})
    | frozenset({".iiq", ".x3f"})
)
CAMERA_FRAME_SUFFIXES = JPEG_SUFFIXES | HEIF_SUFFIXES  # what a camera writes beside a RAW
PHOTO_SUFFIXES = CAMERA_FRAME_SUFFIXES | OTHER_SUFFIXES | RAW_SUFFIXES


class Kind(StrEnum):
    """What a file's content is, whatever its name says."""

    JPEG = "JPEG"
    PNG = "PNG"
    TIFF = "TIFF"
    WEBP = "WebP"
    HEIF = "HEIF"
    RAW = "RAW"


# ISO/IEC 23008-12, annex B, and the brands that cameras write; "mif1" and "msf1" are any coding.
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})
_TIFF_MAGIC = (b"II*\0", b"MM\0*")
_OTHER_RAW_MAGIC = (b"IIU\0", b"IIRO", b"IIRS", b"MMOR", b"FUJIFILMCCD-RAW", b"\0MRM", b"FOVb")
_CIFF = (b"HEAPCCDR", 6)  # Canon's CRW: the signature, and where it stands
_FOREIGN = (
    (b"GIF8", "a GIF image"),
    (b"BM", "a BMP image"),
    (b"%PDF", "a PDF document"),
    (b"8BPS", "a Photoshop document"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\xff\x0a", "a JPEG XL image"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL image"),
    (b"RIFF", "an audio or video file"),
)


def kind_of(head: bytes, suffix: str) -> Kind | None:
    """Return the kind of a file that starts with `head`, or None when it is no photo.

    `suffix` (with its dot, any case) decides only where content cannot: most RAW files are TIFF inside.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Kind.WEBP
    if head[4:8] == b"ftyp":
        return _kind_of_iso_media(head)
    if head.startswith(_OTHER_RAW_MAGIC) or head[8:11] == b"CR\x02" or head.startswith(*_CIFF):
        return Kind.RAW
    if head.startswith(_TIFF_MAGIC):
        return Kind.RAW if suffix.lower() in RAW_SUFFIXES else Kind.TIFF
    return None


def content_in_words(head: bytes) -> str:
    """Return what a file that is no photo seems to hold, as words for a message."""
    for magic, words in _FOREIGN:
        if head.startswith(magic):
            return words
    if head[4:8] == b"ftyp":
        return "an AVIF image" if head[8:12] in (b"avif", b"avis") else "a video"
    if not head.strip(b"\0"):
        return "nothing but zeros"
    return "text" if _is_text(head[:512]) else "unknown data"


def _kind_of_iso_media(head: bytes) -> Kind | None:
    brand = head[8:12]
    if brand == b"crx ":
        return Kind.RAW
    return Kind.HEIF if brand in _HEIF_BRANDS else None


def _is_text(sample: bytes) -> bool:
    try:
        text = sample.decode("utf-8", errors="strict")
    except UnicodeDecodeError as error:
        if error.start < len(sample) - 4:  # else a character was cut at the end of the sample
            return False
        text = sample[: error.start].decode("utf-8")
    return all(letter.isprintable() or letter.isspace() for letter in text)
