"""Photo files with foreign metadata of all kinds, and albums of them, for the tests of XMP inside files."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from PIL import Image, TiffImagePlugin

from engine.album.scan import scan
from engine.events import CancelToken
from engine.photo_xmp.exiftool import ExifTool, find_exiftool
from engine.photo_xmp.with_sidecars import Books, HandedMarks
from engine.sidecars.entries import Entry
from engine.sidecars.merge import Prefer
from engine.sidecars.naming import Naming
from engine.sidecars.profiles import Profile, Targets
from engine.types import Marks

NEEDS_EXIFTOOL = pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
THREE = Targets((Profile.LIGHTROOM, Profile.DARKTABLE, Profile.DIGIKAM))
FOREIGN = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" xmlns:own="http://example.org/own/"
   xmp:Rating="2" crs:Exposure2012="+0.35" own:note='kept &amp; "quoted"'/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


def exif(software: str = "Test 1.0") -> bytes:
    made = Image.Exif()
    made[271], made[272], made[305] = "Test", "Test Camera", software
    made.get_ifd(0x8769)[0x9003] = "2026:06:01 12:00:00"
    return made.tobytes()


def jpeg(path: Path, picture: Image.Image, xmp: str = "", behind: bytes = b"", **more: object) -> Path:
    """Write a JPEG with EXIF, a comment and, where given, XMP and bytes behind the picture."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=90, exif=exif(), comment=b"foreign", **more)
    data = buffer.getvalue()
    if xmp:
        payload = b"http://ns.adobe.com/xap/1.0/\0" + xmp.encode()
        data = data[:2] + b"\xff\xe1" + (len(payload) + 2).to_bytes(2, "big") + payload + data[2:]
    path.write_bytes(data + behind)
    return path


def tiff(path: Path, picture: Image.Image, xmp: str = "", compression: str = "tiff_lzw") -> Path:
    """Write a TIFF with tags of others and, where given, XMP."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[305], tags[65000] = "Test 1.0", "an own tag"
    if xmp:
        tags[700] = xmp.encode()
        tags.tagtype[700] = 1
    picture.save(path, "TIFF", compression=compression, tiffinfo=tags)
    return path


def handed(album: Path, data: Path, *, into_files: bool = True) -> HandedMarks:
    books = Books(data / "library.sqlite", data / "exports")
    return HandedMarks(album, scan(album, True), Naming.BASENAME, books, into_files=into_files)


def marks_by_name(album: Path, marks: dict[str, Marks]) -> dict[int, Marks]:
    """Return marks by photo id of all photos, none for those that are not named."""
    return {photo.id: marks.get(photo.path.name, Marks()) for photo in scan(album, True)}


def write(
    album: Path,
    data: Path,
    marks: dict[str, Marks],
    prefer: Prefer = Prefer.LIBRARY,
    tool: ExifTool | None = None,
    cancel: CancelToken | None = None,
) -> dict[str, Entry]:
    """Write marks into an album's files; return the entries by file name."""
    each = handed(album, data)
    plan = each.plan(marks_by_name(album, marks), THREE, prefer)
    return {entry.path.name: entry for entry in each.write(plan, tool or find_exiftool(), cancel)}
