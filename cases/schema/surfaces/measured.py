"""The ``[[surface]]`` tables of measured surfaces: a profile or a map from a file.

A resolved case carries the points themselves, so that it needs no file.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import (
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from napress.cases.errors import CaseError, shown
from napress.cases.schema.surfaces.kind import LATERAL, SurfaceKind, field, kind_of
from napress.cases.values import units
from napress.cases.values.fields import Bounds, Strict, choice, count, flag, text
from napress.cases.values.toml import companion

LARGEST_PROFILE_POINTS = 200_000
LARGEST_MAP_POINTS = 1_500_000
CENTRE = "centre"

Points = tuple[tuple[float, float], ...]


def _list_of(parse: Any, lengths: tuple[int, ...], wanted: str, schema: Any) -> Any:
    """The type of a list whose entries are each read by ``parse``."""

    def read(raw: object) -> tuple:
        if not isinstance(raw, (list, tuple)) or len(raw) not in lengths:
            raise ValueError(f"{shown(raw)} is no such list; allowed: {wanted}")
        return tuple(parse(entry) for entry in raw)

    return Annotated[Any, PlainValidator(read), WithJsonSchema({"type": "array", "items": schema})]


def _length(raw: object) -> float:
    if isinstance(raw, float):  # as a resolved case is written, see _lengths_text
        raise ValueError(f"{raw} has no unit; allowed: a length such as '20 um'")
    value = units.parse_quantity(raw, units.LENGTH)
    return Bounds(at_least=0.0, at_most=1e5).check(value, raw, "um")


def _lengths_text(lengths: tuple[float, ...] | None) -> list[str] | None:
    if lengths is None:
        return None
    return [units.format_quantity(value, units.LENGTH) for value in lengths]


def _column(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 1 <= raw <= 10_000:
        raise ValueError(f"{shown(raw)} is no column; allowed: whole numbers from 1")
    return raw


def _parse_start(raw: object) -> Any:
    if raw == CENTRE or raw == "center":
        return CENTRE
    if isinstance(raw, (list, tuple)) and len(raw) == 2:
        return tuple(_length(entry) for entry in raw)
    if isinstance(raw, (list, tuple)):
        raise ValueError(f"{shown(raw)} is no start; allowed: '5 um', ['5 um', '0 um'] or 'centre'")
    return (_length(raw),)


def _start_text(start: Any) -> Any:
    if start == CENTRE:
        return CENTRE
    written = _lengths_text(start)
    return written[0] if len(written) == 1 else written


def _parse_channel(raw: object) -> str | int:
    if isinstance(raw, bool) or not isinstance(raw, (str, int)) or raw == "":
        raise ValueError(f"{shown(raw)} is no channel; allowed: its name, or its number from 1")
    return raw


START = Annotated[
    Any,
    PlainValidator(_parse_start),
    PlainSerializer(_start_text),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
CHANNEL = Annotated[
    Any,
    PlainValidator(_parse_channel),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 1}]}),
]
COLUMNS = _list_of(
    _column, (1, 2, 3), "column numbers from 1, such as [1, 2]", {"type": "integer", "minimum": 1}
)
REGION = Annotated[
    _list_of(_length, (4,), "['0 um', '0 um', '20 um', '20 um']", {"type": "string"}),
    PlainSerializer(_lengths_text),
]


class Units(Strict):
    """In which units a file is written that does not say so itself."""

    position: field(text(20) | None, "unit of the positions, such as 'mm'") = None
    height: field(text(20) | None, "unit of the heights, such as 'nm'") = None


class Origin(Strict):
    """Where a surface came from; written by napress into the resolved case."""

    file: field(text(1000) | None, "name of the file") = None
    sha256: field(text(64) | None, "of its bytes") = None
    reader: field(text(300) | None, "what read it") = None
    units: field(text(300) | None, "the units used, and who said so") = None
    instrument: field(text(300) | None, "as the file names it") = None
    date: field(text(100) | None, "of the measurement") = None
    notes: field(text(1000) | None, "what the reader did to the points") = None


class MeasuredFile(SurfaceKind):
    """What profiles and maps have in common: the file, and what is done to the surface."""

    height_field: ClassVar[str] = "file"

    file: field(text(1000), "file of text or of an instrument, looked for beside the case")
    units: field(Units | None, "{ position = 'mm', height = 'nm' } if the file does not say") = None
    spacing: field(LATERAL | None, "distance of points in a file without positions") = None
    columns: field(COLUMNS | None, "columns of a table to take, such as [1, 3]") = None
    channel: field(CHANNEL | None, "of an instrument file, by name or number from 1") = None
    line: field(count(1, 1_000_000) | None, "scan line of a map, taken as a profile") = None
    region: field(REGION | None, "part of a map: left, bottom, right, top") = None
    start: field(START, "where the cell begins on the scan, '5 um' or 'centre'") = (0.0,)
    flip: field(flag(), "true: heights count downwards, as depths or on a replica") = False
    bridge: field(count(0, 1000), "missing points in a row that are interpolated at most") = 5
    level: field(
        choice("none", "mean", "line", 2, 3), "what is subtracted: a polynomial's degree, or less"
    ) = "line"
    ends: field(choice("mirror", "taper", "periodic"), "how the part meets the walls") = "mirror"
    cutoff: field(
        LATERAL | None, "shorter waves are left out; default: those the mesh cannot carry"
    ) = None
    confirmed: field(flag(), "true: heights below 1 nm or slopes above 10 are meant") = False
    provenance: field(Origin | None, "written by napress: where the points came from") = None

    def wavelength_key(self) -> str:
        """See `SurfaceKind.wavelength_key`."""
        return "cutoff"

    def wanted(self) -> Any:
        """Returns the `napress.meshes.readers.scan.Wanted` of the table."""
        from napress.meshes.readers.scan import Wanted

        said = self.units or Units()
        return Wanted(
            position_unit=said.position,
            height_unit=said.height,
            spacing_um=self.spacing,
            columns=self.columns or (),
            channel=self.channel,
            line=self.line,
            region_um=self.region,
        )

    def treatment(self, finest_um: float, spacing_um: float) -> Any:
        """Returns the `napress.meshes.measured.treatment.Treatment` of the table.

        Args:
            finest_um: Shortest wavelength that the mesh carries.
            spacing_um: Of the points.
        """
        from napress.meshes.measured.treatment import Treatment

        cutoff = self.cutoff
        if cutoff is None and finest_um > 2 * spacing_um:
            cutoff = finest_um
        start = self.start
        if start != CENTRE and len(start) == 1:
            start = (start[0], start[0])
        return Treatment(
            start_um=None if start == CENTRE else start,
            flip=self.flip,
            bridge=self.bridge,
            level=self.level,
            ends=self.ends,
            cutoff_um=cutoff,
            confirmed=self.confirmed,
        )

    def _note_origin(self, found: Any) -> None:
        """Keeps where the points came from."""
        entries = {key: value for key, value in vars(found).items() if value}
        entries["notes"] = "; ".join(found.notes)
        kept = {key: str(value)[:300] for key, value in entries.items() if value}
        object.__setattr__(self, "provenance", Origin(**kept))


def _parse_points(raw: object) -> Points:
    wanted = f"[[position, height], ...] in um, at most {LARGEST_PROFILE_POINTS} pairs"
    if not isinstance(raw, (list, tuple)) or len(raw) > LARGEST_PROFILE_POINTS:
        raise ValueError(f"{shown(raw)} is not a list of points; allowed: {wanted}")
    points = []
    for index, pair in enumerate(raw):
        numbers = isinstance(pair, (list, tuple)) and len(pair) == 2
        if not numbers or any(type(v) not in (int, float) or abs(v) > 1e9 for v in pair):
            raise ValueError(f"point {index + 1} is {shown(pair)}; allowed: {wanted}")
        points.append((float(pair[0]), float(pair[1])))
    return tuple(points)


class Profile(MeasuredFile):
    """A measured profile from a file of text or of an instrument."""

    kind: kind_of("profile")
    points_um: Annotated[
        Points,
        PlainValidator(_parse_points),
        PlainSerializer(lambda points: [list(pair) for pair in points]),
        WithJsonSchema({"type": "array", "items": {"type": "array", "items": {"type": "number"}}}),
        Field(description="the points instead of a file's, [[position, height], ...] in um"),
    ] = ()

    @model_validator(mode="after")
    def _read(self, info: ValidationInfo) -> Profile:
        """Fills the points from the file, which is looked for beside the case."""
        from napress.meshes.measured.profile import Measured
        from napress.meshes.readers.reading import read_profile_scan
        from napress.meshes.surface_components import SurfaceError

        try:
            if self.points_um:
                Measured(*zip(*self.points_um, strict=True), source=self.file)
                return self
            path = companion(self.file, info.context)
            scan = read_profile_scan(path, self.wanted(), self.file)
            Measured(scan.x_um, scan.height_um, source=self.file)
        except SurfaceError as error:
            raise _file_error(error, self.file) from error
        if len(scan.x_um) > LARGEST_PROFILE_POINTS:
            raise CaseError(self.file, "", f"allowed: at most {LARGEST_PROFILE_POINTS} points")
        points = zip(scan.x_um.tolist(), scan.height_um.tolist(), strict=True)
        object.__setattr__(self, "points_um", tuple(points))
        self._note_origin(scan.provenance)
        return self

    def to_component(self, finest_um: float, dimension: int) -> Any:
        """Returns the `napress.meshes.measured.profile.Measured` of the table."""
        from napress.meshes.measured.profile import Measured

        x, height = np.array(self.points_um).T
        treatment = self.treatment(finest_um, float(np.median(np.diff(x))))
        return Measured(x, height, treatment, self.file)


class MapHeights(Strict):
    """The heights of a map as a resolved case carries them."""

    rows: field(count(2, 100_000), "lines of the map")
    columns: field(count(2, 100_000), "points of a line")
    spacing_x: field(LATERAL, "distance of points along a line")
    spacing_y: field(LATERAL, "distance of lines")
    data: field(text(20_000_000), "heights in um, little-endian float32, base64, line by line")

    @classmethod
    def of(cls, scan: Any) -> MapHeights:
        """Returns the heights of a `napress.meshes.readers.scan.MapScan`."""
        rows, columns = scan.height_um.shape
        packed = base64.b64encode(scan.height_um.astype("<f4").tobytes()).decode("ascii")
        x, y = (units.format_quantity(value, units.LENGTH) for value in scan.spacing_um)
        return cls(rows=rows, columns=columns, spacing_x=x, spacing_y=y, data=packed)

    def height_um(self) -> np.ndarray:
        """Returns the heights, (rows, columns).

        Raises:
            ValueError: If the data are not as many numbers.
        """
        try:
            packed = base64.b64decode(self.data, validate=True)
        except binascii.Error as error:
            raise ValueError("data are not base64; allowed: as napress wrote them") from error
        if len(packed) != 4 * self.rows * self.columns:
            raise ValueError("data do not fit rows and columns; allowed: as napress wrote them")
        return np.frombuffer(packed, "<f4").reshape(self.rows, self.columns).astype(float)


class Map(MeasuredFile):
    """A measured map; a 2-D cell takes one line out of it, `line`."""

    kind: kind_of("map")
    heights: field(MapHeights | None, "the heights instead of a file's") = None

    @model_validator(mode="after")
    def _read(self, info: ValidationInfo) -> Map:
        """Fills the heights from the file, which is looked for beside the case."""
        from napress.meshes.readers.reading import read_scan
        from napress.meshes.readers.scan import MapScan
        from napress.meshes.surface_components import SurfaceError

        if self.heights is not None:
            self.heights.height_um()
            return self
        try:
            whole = vars(self.wanted()) | {"line": None}
            path = companion(self.file, info.context)
            scan = read_scan(path, type(self.wanted())(**whole), self.file)
        except SurfaceError as error:
            raise _file_error(error, self.file) from error
        if not isinstance(scan, MapScan):
            raise CaseError(self.file, "", 'is a profile; allowed: a map, or kind = "profile"')
        if scan.height_um.size > LARGEST_MAP_POINTS:
            raise CaseError(
                self.file,
                "region",
                f"a map of {scan.height_um.size} points; allowed: at most {LARGEST_MAP_POINTS}, "
                "so a region such as ['0 um', '0 um', '20 um', '20 um']",
            )
        middle = float(np.nanmean(scan.height_um)) if np.isfinite(scan.height_um).any() else 0.0
        centred = MapScan(scan.spacing_um, scan.height_um - middle, scan.provenance)
        object.__setattr__(self, "heights", MapHeights.of(centred))
        self._note_origin(scan.provenance)
        return self

    def to_component(self, finest_um: float, dimension: int) -> Any:
        """Returns the map, or in a 2-D cell the line of it that was asked for."""
        from napress.meshes.measured.map import MeasuredMap
        from napress.meshes.measured.profile import Measured
        from napress.meshes.readers.scan import MapScan, Provenance
        from napress.meshes.surface_components import SurfaceError

        spacing = (self.heights.spacing_x, self.heights.spacing_y)
        height = self.heights.height_um()
        if dimension == 3:
            if self.line is not None:
                raise SurfaceError(
                    f"Map.line = {self.line}: only in a cell of dimension 2, a cell of dimension "
                    "3 takes the map"
                )
            return MeasuredMap(spacing, height, self.treatment(finest_um, max(spacing)), self.file)
        line = (len(height) + 1) // 2 if self.line is None else self.line
        scan = MapScan(spacing, height, Provenance(file=self.file)).line(line)
        name = f"{self.file}, line {line}"
        return Measured(scan.x_um, scan.height_um, self.treatment(finest_um, spacing[0]), name)

    def another(self, step: int, count: int) -> Map | None:
        """See `SurfaceKind.another`: another line, ``count`` of them spread over the map."""
        if self.line is None:
            return None
        rows, first = self.heights.rows, self.line
        if rows - first + 1 < count:
            raise ValueError(f"leaves no {count} lines of {rows}; allowed: <= {rows - first + 1}")
        line = first + round(step * (rows - first) / max(count - 1, 1))
        return self.model_copy(update={"line": line})


def _file_error(error: ValueError, file: str) -> CaseError:
    """Returns the reader's message as a `CaseError`."""
    place = getattr(error, "place", "")
    reason = getattr(error, "reason", None)
    if reason is None:
        reason = str(error).removeprefix(file).lstrip(",: ")
        place = "points"
    if "allowed" not in reason.casefold():
        reason += "; allowed: position and height of a surface, see docs/howto/surfaces.md"
    return CaseError(file, place, reason)
