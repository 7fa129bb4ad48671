"""The breaking film in the conduction, against its law on a flat face."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from napress.cases.verification.ceramic.conduction import (
    CHARGE_TOLERANCE,
    CONDUCTIVITY_mS_PER_CM,
    flat_electrolyte,
)
from napress.cases.verification.rows import Row, absolute, relative
from napress.fem.inputs.film_law import FilmLaw
from napress.fem.snapshot import InterfaceSnapshot
from napress.postprocess.resistance.contact import ContactResistance
from napress.postprocess.resistance.resistance import measure
from napress.postprocess.theory import film as closed_forms

# Lithium on a garnet, as it was fitted by hand.
FILM = FilmLaw(pressure_MPa=229.0, exponent=2.30, spacing_um=50.0)
TRANSFER_OHM_CM2 = 2.0
EXACT_TOLERANCE = 1e-6
SLOPE_TOLERANCE = 1e-3
PRESSURES_MPA = (1.0, 10.0, 41.0, 400.0)
GAP_UM = 0.03


def breaking_film(facets: int = 25) -> list[Row]:
    """A flat face under even pressure is the law itself; its limits; the parallel gap."""
    body = flat_electrolyte(facets)

    def solved(contact: ContactResistance, pressure: float):
        everywhere = lambda points: np.ones(len(points), dtype=bool)  # noqa: E731
        return measure(body, everywhere, contact.under(pressure))[0]

    contact = ContactResistance(
        TRANSFER_OHM_CM2, film=FILM, conductivity_mS_per_cm=CONDUCTIVITY_mS_PER_CM
    )
    rows, worst = [], 0.0
    for pressure in PRESSURES_MPA:
        found = solved(contact, pressure)
        worst = max(worst, found.current_imbalance)
        exact = closed_forms.flat_face_asr_ohm_cm2(
            pressure,
            FILM.pressure_MPa,
            FILM.exponent,
            FILM.spacing_um,
            CONDUCTIVITY_mS_PER_CM,
            TRANSFER_OHM_CM2,
        )
        rows.append(
            relative(
                f"film, flat face at {pressure:g} MPa: interface",
                float(exact),
                found.interface_asr_ohm_cm2,
                EXACT_TOLERANCE,
                "ohm cm2",
            )
        )
    spots = replace(contact, charge_transfer_ohm_cm2=0.0)
    low = np.array([0.1, 0.11])
    resistance = [solved(spots, pressure).interface_asr_ohm_cm2 for pressure in low]
    rows.append(
        relative(
            "film, little of it broken: slope of log resistance over log pressure",
            -FILM.exponent / 2,
            float(np.diff(np.log(resistance))[0] / np.diff(np.log(low))[0]),
            SLOPE_TOLERANCE,
            "1",
        )
    )
    rows.append(
        relative(
            "film, all of it broken: charge transfer is left",
            TRANSFER_OHM_CM2,
            solved(contact, 1e5).interface_asr_ohm_cm2,
            EXACT_TOLERANCE,
            "ohm cm2",
        )
    )
    whole = replace(spots, film=replace(FILM, resistance_ohm_cm2=700.0))
    rows.append(
        relative(
            "film, none of it broken: the film is left",
            700.0,
            solved(whole, 0.0).interface_asr_ohm_cm2,
            EXACT_TOLERANCE,
            "ohm cm2",
        )
    )
    rows.append(absolute("film: charge not conserved", 0.0, worst, CHARGE_TOLERANCE, "1"))
    return rows + _capacitance()


def _capacitance() -> list[Row]:
    """A parallel gap, and a film half of whose area is an open gap."""
    face = _face(np.full(40, GAP_UM))
    epsilon_um = closed_forms.UF_PER_CM2_UM
    known = replace(FILM, thickness_um=5e-3, permittivity=10.0)
    contact = ContactResistance(film=known, conductivity_mS_per_cm=CONDUCTIVITY_mS_PER_CM)
    half = _face(np.where(np.arange(40) < 20, GAP_UM, 0.0))
    return [
        relative(
            "capacitance of a parallel gap of 30 nm",
            epsilon_um / GAP_UM,
            contact.at(face).capacitance_uF_per_cm2(1e-3),
            1e-12,
            "uF/cm2",
        ),
        relative(
            "capacitance, half gap, half film",
            0.5 * epsilon_um * (1 / GAP_UM + 10.0 / 5e-3),
            contact.at(half).capacitance_uF_per_cm2(1e-3),
            1e-12,
            "uF/cm2",
        ),
    ]


def _face(gap_um: np.ndarray) -> InterfaceSnapshot:
    """A face without pressure, one sample point a facet."""
    points = len(gap_um)
    x = (np.arange(points) + 0.5) / points * 10.0
    return InterfaceSnapshot(
        position_um=np.stack([x, gap_um], axis=-1)[:, None],
        gap_um=gap_um[:, None],
        pressure_MPa=np.zeros((points, 1)),
        area_um=np.full((points, 1), 10.0 / points),
        adjacent_facets=np.zeros((0, 2), dtype=np.int64),
        facet_size_um=10.0 / points,
        largest_pressure_MPa=np.zeros((points, 1)),
    )
