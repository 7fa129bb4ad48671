"""What a reader hands on: points of a profile or heights of a map, in µm, and where they came from.

A point the instrument did not see is left out of a profile and NaN in a map.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from napress.meshes.surface_components import Array, SurfaceError


class ReadError(SurfaceError):
    """A file that is no surface; one line.

    Attributes:
        name: The file.
        place: Where in the file, such as ``line 3``, or the key of the case; may be empty.
        reason: What is wrong and what is allowed.
    """

    def __init__(self, name: str, place: str, reason: str) -> None:
        self.name, self.place, self.reason = name, place, reason
        super().__init__(f"{name}, {place}: {reason}" if place else f"{name}: {reason}")


@dataclass(frozen=True)
class Wanted:
    """What the user says about a file, all of it optional.

    Attributes:
        position_unit: Unit of the positions.
        height_unit: Unit of the heights.
        spacing_um: Distance of neighbouring points where the file has no positions.
        columns: Which columns of a table, counted from 1: position and height, or
            x, y and height of a map; one is the height.
        channel: Name or number (from 1) of a channel of an instrument file.
        line: Scan line of a map that is taken as a profile, counted from 1.
        region_um: Left, bottom, right, top: the part of a map that is taken.
    """

    position_unit: str | None = None
    height_unit: str | None = None
    spacing_um: float | None = None
    columns: tuple[int, ...] = ()
    channel: str | int | None = None
    line: int | None = None
    region_um: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Provenance:
    """Where a surface came from.

    Attributes:
        file: Name of the file.
        sha256: Of its bytes.
        reader: What read it, with the version of a library.
        units: The units that were used and who said so.
        instrument: As the file names it; empty if it does not.
        date: Of the measurement; empty if the file does not say.
        notes: What the reader did to the points, each a sentence.
    """

    file: str = ""
    sha256: str = ""
    reader: str = ""
    units: str = ""
    instrument: str = ""
    date: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class ProfileScan:
    """A profile: positions (n,) ascending and heights (n,), both in µm."""

    x_um: Array
    height_um: Array
    provenance: Provenance = field(default_factory=Provenance)


@dataclass(frozen=True, eq=False)
class MapScan:
    """A map on a regular grid.

    Attributes:
        spacing_um: Along x and along y.
        height_um: (rows, columns), rows along y; NaN where nothing was measured.
        provenance: Where it came from.
    """

    spacing_um: tuple[float, float]
    height_um: Array
    provenance: Provenance = field(default_factory=Provenance)

    def line(self, number: int) -> ProfileScan:
        """One scan line as a profile.

        Args:
            number: Of the line, counted from 1.

        Raises:
            ReadError: If there is no such line, or nothing was measured on it.
        """
        rows, columns = self.height_um.shape
        name = self.provenance.file or "map"
        if not 1 <= number <= rows:
            raise ReadError(name, "line", f"{number} is not there; allowed: 1 to {rows}")
        height = self.height_um[number - 1]
        seen = np.isfinite(height)
        if seen.sum() < 2:
            raise ReadError(name, "line", f"line {number} has no measured points")
        x = np.arange(columns) * self.spacing_um[0]
        return ProfileScan(x[seen], height[seen], self.provenance)
