"""What every kind of surface says about itself, so that nothing else has to know the kinds."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field

from napress.cases.values import units
from napress.cases.values.fields import Bounds, Strict, quantity

HEIGHT = quantity(units.LENGTH, Bounds(above=0.0, at_most=1e4))
LATERAL = quantity(units.LENGTH, Bounds(above=0.0, at_most=1e5))
POSITION = quantity(units.LENGTH, Bounds(at_least=0.0, at_most=1e5))


def field(kind: Any, description: str) -> Any:
    """Returns the type of a key with the words that describe it."""
    return Annotated[kind, Field(description=description)]


def kind_of(name: str) -> Any:
    """Returns the type of the key ``kind`` of the kind of that name."""
    return Annotated[Literal[name], Field(description=f"'{name}'")]


class SurfaceKind(Strict):
    """One ``[[surface]]`` table; a kind has a key ``kind`` and says what it makes."""

    height_field: ClassVar[str] = "kind"

    def to_component(self, finest_um: float, dimension: int) -> Any:
        """Returns a `napress.meshes.surface_components.Component`.

        Args:
            finest_um: Shortest wavelength that the mesh carries.
            dimension: Of the cell.

        Raises:
            napress.meshes.surface_components.SurfaceError: If it refuses its values.
        """
        raise NotImplementedError

    def least_height_um(self) -> float:
        """Returns what its peak-to-valley height is at least, before it is on a cell."""
        return 0.0

    def rms_um(self) -> float:
        """Returns about which root mean square height it has; for estimates of cost."""
        return self.least_height_um() / 2.0

    def shortest_um(self) -> float | None:
        """Returns its shortest wavelength where making it would take too long to find out."""
        return None

    def wavelength_key(self) -> str:
        """Returns the key that sets its shortest wavelength, for messages."""
        return "kind"

    def another(self, step: int, count: int) -> Self | None:
        """Returns the ``step``-th of ``count`` surfaces like it, None if there is only this.

        Raises:
            ValueError: If there are not so many; the message ends in what is allowed.
        """
        return None
