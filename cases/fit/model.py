"""What the film law predicts for each measurement, from the logarithms of its parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napress.cases.fit.face import Face
from napress.cases.fit.measurements import Cell, Measurements
from napress.cases.fit.parameters import PARAMETERS, PELLET
from napress.postprocess.theory import film

Array = NDArray[np.float64]
# Stands for infinite: a point without any way for the current.
LARGEST_OHM_CM2 = 1e15
SMALLEST_UF_PER_CM2 = 1e-12


@dataclass(frozen=True)
class Prior:
    """A parameter known from elsewhere, as a normal distribution of its logarithm."""

    name: str
    value: float
    deviation: float


@dataclass(frozen=True)
class Model:
    """Film law, contact and cell.

    Attributes:
        names: Free parameters.
        fixed: Values of the others; those not in here are off.
        face: The contact.
        conductivity_mS_per_cm: Of the electrolyte.
        permittivity: Of the film, relative; None if not known.
        priors: Of free parameters.
        cell: None where resistances are those of one interface.
    """

    names: tuple[str, ...]
    fixed: Mapping[str, float]
    face: Face
    conductivity_mS_per_cm: float
    permittivity: float | None = None
    priors: tuple[Prior, ...] = ()
    cell: Cell | None = None

    def values(self, logs: Array) -> dict[str, float]:
        """All parameters by name, from the logarithms of the free ones."""
        return dict(self.fixed) | {
            name: math.exp(min(max(log, -500.0), 500.0))
            for name, log in zip(self.names, logs, strict=True)
        }

    def bounds(self) -> tuple[Array, Array]:
        """Logarithms of the range searched, (parameters,) each."""
        rows = [PARAMETERS[name] for name in self.names]
        return np.log([row.low for row in rows]), np.log([row.high for row in rows])

    # --- prediction --------------------------------------------------------------

    def interface_ohm_cm2(
        self, values: Mapping[str, float], pressure: Sequence[float], largest: Sequence[float]
    ) -> tuple[Array, Array]:
        """Resistance and capacitance of one interface at pressures after larger ones.

        Returns:
            (n,) in ohm cm2 and (n,) in uF/cm2; NaN for a film of unknown thickness.
        """
        strength = values.get("yield_strength_MPa")
        pressure, largest = np.asarray(pressure, float), np.asarray(largest, float)
        at = self.face.at(largest, strength)
        fraction = film.clean_fraction(
            at.contact_MPa, values["film_pressure_MPa"], values["film_exponent"]
        )
        exponent = values.get("reopening_exponent", 0.0)
        if exponent > 0 and (pressure < largest).any():
            # Released, the face keeps its contact, which carries less.
            held = np.minimum(pressure / largest, 1.0)[:, None]
            fraction = fraction * held**exponent
        clean = film.clean_asr_ohm_cm2(
            fraction,
            values["film_spacing_um"],
            self.conductivity_mS_per_cm,
            values.get("charge_transfer_ohm_cm2", 0.0),
        )
        through = values.get("film_resistance_ohm_cm2", math.inf)
        local = np.maximum(film.local_asr_ohm_cm2(clean, through), 1e-12)
        conductance = (at.share / local).sum(1)
        resistance = 1 / np.maximum(conductance, 1 / LARGEST_OHM_CM2) + at.constriction_ohm_cm2
        thickness = values.get("film_thickness_nm")
        if thickness is None or self.permittivity is None:
            return resistance, np.full(len(pressure), math.nan)
        laid = film.film_capacitance_uF_per_cm2(fraction, thickness / 1000, self.permittivity)
        # None is left once all is broken; its logarithm is wanted all the same.
        total = (at.share * laid).sum(1) + film.UF_PER_CM2_UM / at.open_um
        return resistance, np.maximum(total, SMALLEST_UF_PER_CM2)

    def measured(
        self, values: Mapping[str, float], pressure: Sequence[float], largest: Sequence[float]
    ) -> Array:
        """Resistance as measured: of the cell in ohm, or of an interface in ohm cm2, (n,)."""
        interface = self.interface_ohm_cm2(values, pressure, largest)[0]
        if self.cell is None:
            return interface
        return values[PELLET] + self.cell.interfaces * interface / self.cell.area_cm2

    # --- residuals -----------------------------------------------------------------

    def residuals(self, logs: Array, data: Measurements, noise: float) -> Array:
        """Differences of logarithms over their standard deviations, and those of the priors.

        Args:
            logs: Of the free parameters, (parameters,).
            data: The measurements.
            noise: Relative standard deviation of a measurement.
        """
        values = self.values(logs)
        pressure, largest = data.pressure_MPa, data.largest_MPa
        interface, capacitance = self.interface_ohm_cm2(values, pressure, largest)
        total = interface
        if self.cell is not None:
            total = values[PELLET] + self.cell.interfaces * interface / self.cell.area_cm2
        rows = [np.log(total / data.resistance)]
        measured = np.isfinite(data.capacitance_uF_per_cm2)
        if measured.any():
            rows.append(np.log(capacitance[measured] / data.capacitance_uF_per_cm2[measured]))
        measured = np.isfinite(data.peak_frequency_Hz)
        if measured.any():
            peak = 1e6 / (2 * math.pi * interface[measured] * capacitance[measured])
            rows.append(np.log(peak / data.peak_frequency_Hz[measured]))
        rows = [np.concatenate(rows) / noise]
        rows.append(
            np.array(
                [
                    (logs[self.names.index(one.name)] - math.log(one.value)) / one.deviation
                    for one in self.priors
                ]
            )
        )
        return np.concatenate(rows)
