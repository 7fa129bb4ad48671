"""What metal and electrolyte resist where they touch: in series, or through a broken film."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from napress.fem.inputs.film_law import FilmLaw
from napress.fem.snapshot import Array, InterfaceSnapshot
from napress.postprocess.measures.contact_map import interpolated
from napress.postprocess.theory.film import (
    clean_asr_ohm_cm2,
    clean_fraction,
    clean_fraction_after_release,
    film_capacitance_uF_per_cm2,
    gap_capacitance_uF_per_cm2,
    local_asr_ohm_cm2,
    spot_asr_ohm_cm2,
)

PARTS = ("clean_spots", "charge_transfer", "film")


@dataclass(frozen=True)
class ContactResistance:
    """Resistances where metal and electrolyte touch, per true contact area.

    Attributes:
        charge_transfer_ohm_cm2: Of the transfer of ions across the contact; of clean
            contact if there is a film that breaks.
        film_ohm_cm2: Of a whole layer in series with it.
        film: A film that breaks instead; its clean spots and what is left of it are side
            by side.
        conductivity_mS_per_cm: Of the electrolyte, needed by ``film``.
    """

    charge_transfer_ohm_cm2: float = 0.0
    film_ohm_cm2: float = 0.0
    film: FilmLaw | None = None
    conductivity_mS_per_cm: float = math.nan

    def local(self, largest_MPa: Array, pressure_MPa: Array) -> tuple[Array, dict[str, Array]]:
        """Resistance at points that touch, and which part of a loss there is whose.

        Args:
            largest_MPa: Largest contact pressure so far, (n,); any without a film that breaks.
            pressure_MPa: Contact pressure now, (n,); likewise.

        Returns:
            Resistance, (n,), ohm cm2, and the share of each of ``PARTS``, (n,) each.
        """
        transfer, film = self.charge_transfer_ohm_cm2, self.film
        if film is None:
            total = transfer + self.film_ohm_cm2
            one = np.ones(len(largest_MPa))
            shares = {name: 0.0 * one for name in PARTS}
            if total > 0:
                shares["charge_transfer"] = transfer / total * one
                shares["film"] = self.film_ohm_cm2 / total * one
            return total * one, shares
        clean_share = self.clean(largest_MPa, pressure_MPa)
        sigma, spacing = self.conductivity_mS_per_cm, film.spacing_um
        clean = clean_asr_ohm_cm2(clean_share, spacing, sigma, transfer)
        resistance = local_asr_ohm_cm2(clean, film.resistance_ohm_cm2)
        # Side by side the current splits as the conductances, and so does the loss.
        finite = np.isfinite(clean) & (clean > 0)
        through_clean = np.divide(resistance, clean, out=np.zeros(len(clean)), where=finite)
        through_clean[clean == 0] = 1.0
        spots = spot_asr_ohm_cm2(clean_share, spacing, sigma)
        of_spots = np.divide(spots, clean, out=np.zeros(len(clean)), where=finite)
        return resistance, {
            "clean_spots": through_clean * of_spots,
            "charge_transfer": through_clean * (1 - of_spots),
            "film": np.maximum(1 - through_clean, 0.0),
        }

    def clean(self, largest_MPa: Array, pressure_MPa: Array) -> Array:
        """Clean share of touching points, (n,); 1 without a film that breaks."""
        film = self.film
        if film is None:
            return np.ones(len(largest_MPa))
        fraction = clean_fraction(largest_MPa, film.pressure_MPa, film.exponent)
        if film.reopening_exponent == 0.0:
            return fraction
        return clean_fraction_after_release(
            fraction, pressure_MPa, largest_MPa, film.reopening_exponent
        )

    def under(self, pressure_MPa: float) -> LocalContact:
        """The same at any lateral point, under an even and rising contact pressure."""
        return LocalContact(self, [lambda points: np.full(len(points), pressure_MPa)] * 2)

    def at(self, interface: InterfaceSnapshot) -> SurfaceContact:
        """The same on the contact surface of a step, at any lateral point."""
        return SurfaceContact(self, interface)


class LocalContact:
    """A contact resistance from place to place.

    Args:
        contact: The resistance.
        pressures_MPa: Largest contact pressure so far and the present one, from lateral
            points (n, dim-1) to values, (n,).
    """

    def __init__(
        self, contact: ContactResistance, pressures_MPa: Sequence[Callable[[Array], Array]]
    ) -> None:
        self._contact, self._there = contact, pressures_MPa

    def resistance_ohm_cm2(self, points: Array) -> Array:
        """At lateral points (n, dim-1), (n,)."""
        return self._contact.local(*(values(points) for values in self._there))[0]

    def shares(self, points: Array) -> dict[str, Array]:
        """Which part of a loss at such points is whose, (n,) each."""
        return self._contact.local(*(values(points) for values in self._there))[1]


class SurfaceContact(LocalContact):
    """A contact resistance on the contact surface of a step.

    Args:
        contact: The resistance.
        interface: The surface; with a film that breaks it knows the largest pressure.
    """

    def __init__(self, contact: ContactResistance, interface: InterfaceSnapshot) -> None:
        self._interface = interface
        largest = interface.largest_pressure_MPa
        self._largest = np.maximum(interface.pressure_MPa, 0.0) if largest is None else largest
        both = (self._largest, interface.pressure_MPa)
        super().__init__(contact, [interpolated(interface, values) for values in both])

    def clean_contact_percent(self, contact_gap_um: float) -> float:
        """Share of the nominal area where the metal touches the electrolyte itself."""
        area = self._interface.area_um
        clean = self._clean() * self._interface.touching(contact_gap_um)
        return float(100.0 * (clean * area).sum() / area.sum())

    def capacitance_uF_per_cm2(self, contact_gap_um: float) -> float:
        """Of film and gaps side by side, on the nominal area; NaN if the film's is not known.

        What touches without a film has none here: no double layer is modelled.
        """
        interface, film = self._interface, self._contact.film
        touching = interface.touching(contact_gap_um)
        each = np.zeros(interface.gap_um.shape)
        # What does not press may still lie within the tolerance in 3-D.
        open_um = np.maximum(interface.gap_um[~touching], contact_gap_um)
        each[~touching] = gap_capacitance_uF_per_cm2(open_um)
        if film is not None:
            if not film.has_capacitance:
                return math.nan
            left = film_capacitance_uF_per_cm2(self._clean(), film.thickness_um, film.permittivity)
            each[touching] = left[touching]
        return float((each * interface.area_um).sum() / interface.area_um.sum())

    def _clean(self) -> Array:
        now = self._interface.pressure_MPa
        return self._contact.clean(self._largest.ravel(), now.ravel()).reshape(now.shape)
