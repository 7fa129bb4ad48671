"""Small files as instruments and their programs write them, all of one map.

Written here byte by byte from what the formats say, so that the readers are not tested
with what the same package wrote; NetCDF apart, which SurfaceTopography itself writes.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROWS, COLUMNS, SPACING_UM = 24, 32, 0.5
_X, _Y = np.meshgrid(np.arange(COLUMNS) * SPACING_UM, np.arange(ROWS) * SPACING_UM)
# Neither rows nor columns may be exchanged or turned round unseen.
HEIGHT_UM = 0.2 * np.cos(2 * np.pi * _X / 8) + 0.01 * _Y + 0.02 * _X
MICRO = 1e-6


def _netcdf(path: Path) -> None:
    from SurfaceTopography import Topography

    size = (COLUMNS * SPACING_UM, ROWS * SPACING_UM)
    Topography(HEIGHT_UM.T, size, unit="µm").to_netcdf(str(path))


def _x3p(path: Path) -> None:
    """ISO 25178-72: a zip with an index in XML and the heights in metres."""
    index = f"""<?xml version="1.0"?>
<p:ISO5436_2 xmlns:p="http://www.opengps.eu/2008/ISO5436_2">
<Record1><Revision>ISO5436 - 2000</Revision><FeatureType>SUR</FeatureType><Axes>
<CX><AxisType>I</AxisType><DataType>D</DataType><Increment>{SPACING_UM * MICRO}</Increment>
<Offset>0</Offset></CX>
<CY><AxisType>I</AxisType><DataType>D</DataType><Increment>{SPACING_UM * MICRO}</Increment>
<Offset>0</Offset></CY>
<CZ><AxisType>A</AxisType><DataType>D</DataType><Increment>1</Increment><Offset>0</Offset></CZ>
</Axes></Record1>
<Record2><Date>2024-03-05T10:20:30</Date><Instrument><Manufacturer>Acme</Manufacturer>
<Model>Confocal 7</Model><Serial>1</Serial><Version>2</Version></Instrument></Record2>
<Record3><MatrixDimension><SizeX>{COLUMNS}</SizeX><SizeY>{ROWS}</SizeY><SizeZ>1</SizeZ>
</MatrixDimension><DataLink><PointDataLink>bindata/data.bin</PointDataLink></DataLink></Record3>
</p:ISO5436_2>"""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("main.xml", index)
        archive.writestr("bindata/data.bin", (HEIGHT_UM * MICRO).astype("<f8").tobytes())


def _gwy(path: Path) -> None:
    """Gwyddion's own file: objects within objects, metres."""

    def text(value: str) -> bytes:
        return value.encode() + b"\0"

    def thing(name: str, *parts: bytes) -> bytes:
        content = b"".join(parts)
        return text(name) + struct.pack("<I", len(content)) + content

    def entry(key: str, kind: str, content: bytes) -> bytes:
        return text(key) + kind.encode() + content

    unit = thing("GwySIUnit", entry("unitstr", "s", text("m")))
    values = (HEIGHT_UM * MICRO).astype("<f8")
    field = thing(
        "GwyDataField",
        entry("xres", "i", struct.pack("<i", COLUMNS)),
        entry("yres", "i", struct.pack("<i", ROWS)),
        entry("xreal", "d", struct.pack("<d", COLUMNS * SPACING_UM * MICRO)),
        entry("yreal", "d", struct.pack("<d", ROWS * SPACING_UM * MICRO)),
        entry("si_unit_xy", "o", unit),
        entry("si_unit_z", "o", unit),
        entry("data", "D", struct.pack("<I", values.size) + values.tobytes()),
    )
    container = thing(
        "GwyContainer",
        entry("/0/data", "o", field),
        entry("/0/data/title", "s", text("Topography")),
    )
    path.write_bytes(b"GWYP" + container)


def _bcrf(path: Path) -> None:
    """BCR of scanning probes: a header of text, then single floats in nanometres."""
    lines = {
        "fileformat": "bcrf",
        "headersize": "2048",
        "xpixels": COLUMNS,
        "ypixels": ROWS,
        "xlength": COLUMNS * SPACING_UM * 1e3,
        "ylength": ROWS * SPACING_UM * 1e3,
        "xunit": "nm",
        "yunit": "nm",
        "zunit": "nm",
        "intelmode": 1,
    }
    header = "".join(f"{key} = {value}\n" for key, value in lines.items()).encode()
    path.write_bytes(header.ljust(2048, b"\0") + (HEIGHT_UM * 1e3).astype("<f4").tobytes())


def _al3d(path: Path) -> None:
    """Alicona: tags of fixed length, a comment, then single floats in metres."""

    def tag(key: str, value: object) -> bytes:
        return key.encode().ljust(20, b"\0") + str(value).encode().ljust(30, b"\0") + b"\r\n"

    tags = {
        "Cols": COLUMNS,
        "Rows": ROWS,
        "PixelSizeXMeter": SPACING_UM * MICRO,
        "PixelSizeYMeter": SPACING_UM * MICRO,
        "InvalidPixelValue": "NaN",
        "CreatingApplication": "Focus 3",
        "DepthImageOffset": 1024,
    }
    stream = io.BytesIO()
    stream.write(b"AliconaImaging\0\r\n" + tag("Version", 1) + tag("TagCount", len(tags)))
    for key, value in tags.items():
        stream.write(tag(key, value))
    stream.write(b"\0" * 254 + b"\r\n")
    head = stream.getvalue().ljust(1024, b"\0")
    path.write_bytes(head + (HEIGHT_UM * MICRO).astype("<f4").tobytes())


WRITERS: dict[str, Callable[[Path], None]] = {
    "nc": _netcdf,
    "x3p": _x3p,
    "gwy": _gwy,
    "bcrf": _bcrf,
    "al3d": _al3d,
}
