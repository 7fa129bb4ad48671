"""A case of the interface in Python: written with units, checked as a whole, varied by field."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from napress._written import Written
from napress.cases.errors import CaseError
from napress.cases.schema.interface_case import Case as CaseModel
from napress.cases.schema.interface_case import assumed_values
from napress.cases.schema.load import case_hash, check_case, resolved_toml

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Case(Written):
    """Everything that defines a run; it cannot be changed, only varied by `with_`.

    Values are written as in a case file: every dimensional one is a text with its
    unit. A material is the id of a shipped one, a path to a ``.toml`` file, or a table.

    Args:
        **tables: The tables of a case file: ``interface``, ``surface``, ``sodium``,
            ``ceramic`` and ``program`` are due.

    Raises:
        CaseError: One line naming the field and what is allowed.

    Examples:
        >>> import napress as na
        >>> case = na.Case(
        ...     surface=[{"kind": "sinusoid", "amplitude": "0.5 um", "wavelength": "10 um"}],
        ...     interface={"width": "10 um", "elements": 16},
        ...     sodium={"material": "sodium-wang-2020", "thickness": "10 um"},
        ...     ceramic={"material": "nzsp", "thickness": "10 um"},
        ...     program=[{"pressure": "10 MPa"}],
        ... )
        >>> rougher = case.with_({"surface[0].amplitude": "1 um", "ceramic.young": "60 GPa"})
        >>> case.peak_to_valley_um, rougher.peak_to_valley_um
        (1.0, 2.0)
    """

    __slots__ = ()
    _described_by = CaseModel
    _lists = ("surface", "program")

    @classmethod
    def _check(cls, tables: dict[str, Any], file: str, folder: Path) -> CaseModel:
        return check_case(tables, file, folder)

    @property
    def model(self) -> CaseModel:
        """The checked case with every default in place, lengths in µm, pressures in MPa."""
        model: CaseModel = self._checked
        return model

    @property
    def hash(self) -> str:
        """SHA-256 of the case with all defaults; the title does not count."""
        return case_hash(self.model)

    @property
    def estimates(self) -> list[str]:
        """Values that are estimates and not sourced, such as ``ceramic.young``."""
        return assumed_values(self.model)

    @property
    def peak_to_valley_um(self) -> float:
        """Height of the ceramic surface from its lowest to its highest point."""
        return float(self._surface().peak_to_valley_um)

    def surface_um(self, points: int = 1000) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Returns the ceramic surface before pressing, for a plot.

        Args:
            points: How many, evenly over the width of the cell.

        Returns:
            Position across the cell and height of the ceramic, both (points,), in µm.

        Raises:
            CaseError: If the case is not two-dimensional.
        """
        import numpy as np

        interface = self.model.interface
        if interface.dimension != 2:
            raise CaseError(
                self._file, "interface.dimension", f"{interface.dimension}; allowed here: 2"
            )
        x = np.linspace(0.0, interface.width, points)
        return x, np.asarray(self._surface().height(x[:, None]), dtype=float)

    def to_toml(self) -> str:
        """Returns the case file with every default, material and profile written out."""
        return resolved_toml(self.model)

    def _surface(self) -> Any:
        from napress.cases.schema.checks import build_case_surface

        return build_case_surface(self.model, self._file)

    def __repr__(self) -> str:
        cell = self.model.interface
        return f"<Case {self.title!r}: {cell.text}>"


def load(path: str | Path) -> Case:
    """Reads a case file of the interface.

    Args:
        path: TOML file; material and profile files are looked for beside it.

    Raises:
        CaseError: One line naming file, field and what is allowed.
    """
    return Case._read(Path(path))
