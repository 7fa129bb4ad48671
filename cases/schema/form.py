"""The table ``[form]``: form error as it was measured, under metal of known thickness."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, field_validator

from napress.cases.errors import shown
from napress.cases.schema.surface import LATERAL, SurfaceTable
from napress.cases.values import units
from napress.cases.values.fields import Bounds, Strict, choice, count, quantity

_LENGTH = quantity(units.LENGTH, Bounds(above=0.0, at_most=1e6))
# Vertices along the face; the equations of its pressure are dense.
DEFAULT_POINTS = {2: 81, 3: 17}
LARGEST_POINTS = {2: 321, 3: 25}


class Form(Strict):
    """Heights of the electrolyte's face on the millimetre scale, pressed with a foil."""

    surface: Annotated[
        tuple[SurfaceTable, ...],
        Field(
            min_length=1, max_length=64, description="as [[surface]], such as kind = 'map' or waves"
        ),
    ]
    width: Annotated[LATERAL, Field(description="of the face, 10 cell widths or more, '5 mm'")]
    dimension: Annotated[
        choice(2, 3), Field(description="2 for a profile or ridges, 3 for a map")
    ] = 3
    points: Annotated[
        count(9, max(LARGEST_POINTS.values())) | None,
        Field(description="vertices along the face; default: 81 in 2-D, 17 in 3-D"),
    ] = None
    metal_thickness: Annotated[
        _LENGTH, Field(description="of the whole foil, sealed at its rim, '0.1 mm'")
    ]
    electrolyte_thickness: Annotated[
        _LENGTH, Field(description="of the pellet that the current spreads in, such as '1 mm'")
    ]

    @field_validator("surface", mode="before")
    @classmethod
    def _tables(cls, raw: object) -> Any:
        if isinstance(raw, dict):
            return (raw,)
        if not isinstance(raw, (list, tuple)) or not raw:
            raise ValueError(f"{shown(raw)}; allowed: 1 or more tables [[form.surface]]")
        return raw

    @property
    def vertices(self) -> int:
        """Vertices along the face."""
        return self.points or DEFAULT_POINTS[self.dimension]

    @property
    def finest_um(self) -> float:
        """Shortest wave that the vertices show: four facets."""
        return 4 * self.width / (self.vertices - 1)

    def to_surface(self) -> Any:
        """The form error as a `napress.meshes.surfaces.Surface`.

        Raises:
            ValueError: If a component refuses its values or the face.
        """
        from napress.meshes.surfaces import build_surface

        parts = [table.to_component(self.finest_um, self.dimension) for table in self.surface]
        width = self.width if self.dimension == 2 else (self.width, self.width)
        return build_surface(parts, width, self.dimension)
