"""Ionic conduction below a given contact, and below Westergaard's.

Strips: the edges of a contact of a/lambda = 1/8, 1/4, 3/8 fall on eighths of a facet,
which bisection meets exactly; a/lambda = 0.15 does not, and shows what an edge
anywhere in a facet costs.
"""

from __future__ import annotations

import napress.meshes.backend  # noqa: F401  orders the imports below

import numpy as np
from mpi4py import MPI

from napress.cases.verification.contact.elastic_contact import (
    ELEMENTS,
    PRESSURE_RATIOS,
    WAVELENGTH_UM,
    press_wave,
)
from napress.cases.verification.rows import Row, absolute, relative
from napress.fem.conduction.electrolyte import Electrolyte
from napress.meshes.interface_mesh import build_ceramic
from napress.meshes.surfaces import Flat, build_surface
from napress.postprocess.measures.contact_map import Touching, touching_by_pressure
from napress.postprocess.resistance.contact import ContactResistance
from napress.postprocess.resistance.resistance import measure
from napress.postprocess.theory import conduction as closed_forms

CONDUCTIVITY_mS_PER_CM = 0.46
PERFECT = ContactResistance()
HALF_WIDTHS = (1 / 8, 1 / 4, 3 / 8)
ANYWHERE = 0.15
FACETS = (25, 50, 100)
ASR_TOLERANCE, ORDER_TOLERANCE, CHARGE_TOLERANCE = 0.005, 0.1, 1e-8
# The contact itself ends somewhere between two sample points.
WESTERGAARD_TOLERANCE = 0.02


def flat_electrolyte(
    facets: int, thickness_um: float = WAVELENGTH_UM, growth: float = 0.3
) -> Electrolyte:
    """One period of a flat electrolyte, meshed as a ceramic is."""
    surface = build_surface(Flat(), WAVELENGTH_UM)
    body = build_ceramic(surface, thickness_um, facets, MPI.COMM_SELF, growth=growth)
    return Electrolyte(body, CONDUCTIVITY_mS_PER_CM)


def strip(half_width: float) -> Touching:
    """Contact in the middle of the period, of a half-width over the wavelength."""
    middle, reach = WAVELENGTH_UM / 2, half_width * WAVELENGTH_UM
    return lambda points: np.abs(points[:, 0] - middle) <= reach


def strips(facets: tuple[int, ...] = FACETS) -> list[Row]:
    """Strips against (lambda / pi sigma) ln[1/sin(pi a/lambda)], with orders.

    Args:
        facets: Interface facets per wavelength, the last one for the values.
    """
    rows, imbalance = [], 0.0
    fine = flat_electrolyte(facets[-1])
    # The inside has to be refined with the interface, or it is what is left of the error.
    bodies = [flat_electrolyte(count, growth=0.3 * facets[0] / count) for count in facets]
    for half_width in (*HALF_WIDTHS, ANYWHERE):
        exact = closed_forms.strip_constriction_asr_ohm_cm2(
            2 * half_width, WAVELENGTH_UM, CONDUCTIVITY_mS_PER_CM
        )
        usual = measure(fine, strip(half_width), PERFECT)[0]
        found = [measure(body, strip(half_width), PERFECT)[0] for body in bodies]
        imbalance = max(
            imbalance, usual.current_imbalance, *(one.current_imbalance for one in found)
        )
        errors = [abs(one.constriction_asr_ohm_cm2 / exact - 1) for one in found]
        label = f"strips a/lambda = {half_width:g}"
        rows.append(
            relative(
                f"{label}: constriction",
                exact,
                usual.constriction_asr_ohm_cm2,
                ASR_TOLERANCE,
                "ohm cm2",
                f"{facets[-1]} facets, mesh as in a run",
            )
        )
        if half_width != ANYWHERE:
            order = -np.polyfit(np.log(facets), np.log(errors), 1)[0]
            rows.append(
                absolute(
                    f"{label}: order in the facet size short of 1",
                    0.0,
                    max(0.0, 1.0 - float(order)),
                    ORDER_TOLERANCE,
                    "1",
                    f"fitted order {order:.2f}; errors "
                    f"{', '.join(f'{100 * error:.2g} %' for error in errors)} with "
                    f"{', '.join(map(str, facets))} facets",
                )
            )
    rows.append(
        absolute(
            "strips: charge not conserved",
            0.0,
            imbalance,
            CHARGE_TOLERANCE,
            "1",
            "current into the interface less reactions of the counter-electrode",
        )
    )
    return rows + _contact_resistance(fine) + _slab(facets[-1])


def _contact_resistance(body: Electrolyte) -> list[Row]:
    """Charge transfer: alone under full contact, and over the fraction of a strip."""
    contact = ContactResistance(charge_transfer_ohm_cm2=8.0, film_ohm_cm2=2.0)
    full, _ = measure(body, lambda points: np.ones(len(points), dtype=bool), contact)
    # So resistive that the current is uniform over the strip: then it is R / f.
    resistive = ContactResistance(charge_transfer_ohm_cm2=1e5)
    half, _ = measure(body, strip(1 / 4), resistive)
    return [
        relative(
            "full contact: interface is charge transfer and film",
            contact.charge_transfer_ohm_cm2 + contact.film_ohm_cm2,
            full.interface_asr_ohm_cm2,
            1e-8,
            "ohm cm2",
        ),
        relative(
            "half contact, resistive: charge transfer over contact fraction",
            resistive.charge_transfer_ohm_cm2 / 0.5,
            half.charge_transfer_asr_ohm_cm2,
            1e-4,
            "ohm cm2",
        ),
        absolute(
            "charge transfer: charge not conserved",
            0.0,
            max(full.current_imbalance, half.current_imbalance),
            CHARGE_TOLERANCE,
            "1",
        ),
    ]


def _slab(facets: int) -> list[Row]:
    """Strips on an electrolyte thinner than they are far apart."""
    rows = []
    for thickness in (0.1, 0.25):
        depth = thickness * WAVELENGTH_UM
        exact = closed_forms.strip_on_slab_asr_ohm_cm2(
            0.5, WAVELENGTH_UM, depth, CONDUCTIVITY_mS_PER_CM
        )
        found, _ = measure(flat_electrolyte(facets, depth), strip(1 / 4), PERFECT)
        rows.append(
            relative(
                f"strips on a slab of {thickness:g} lambda, f = 0.5",
                exact,
                found.constriction_asr_ohm_cm2,
                ASR_TOLERANCE,
                "ohm cm2",
                "conformal mapping; used for waviness",
            )
        )
    return rows


def westergaard_and_conduction(
    elements: int = ELEMENTS, ratios: tuple[float, ...] = PRESSURE_RATIOS
) -> list[Row]:
    """Elastic contact and conduction together, (lambda / 2 pi sigma) ln(p*/p).

    The closed form conducts below a flat face. So does the compared number; what the
    same contact gives on the wavy, deformed shape is in the note.

    Args:
        elements: Interface elements per wavelength.
        ratios: Mean pressures over the closure pressure.
    """
    pressed, closure = press_wave(elements, ratios)
    wavy = Electrolyte(pressed.system.ceramic.body, CONDUCTIVITY_mS_PER_CM)
    flat = flat_electrolyte(elements)
    rows, worst = [], 0.0
    for ratio, snapshot in zip(ratios, pressed.snapshots, strict=True):
        ceramic = snapshot.ceramic
        wavy.deform(ceramic.points_um, ceramic.point_data["displacement_um"])
        touching = touching_by_pressure(snapshot.interface)
        found, deformed = (measure(body, touching, PERFECT)[0] for body in (flat, wavy))
        worst = max(worst, found.current_imbalance, deformed.current_imbalance)
        exact = closed_forms.westergaard_asr_ohm_cm2(
            ratio * closure, closure, WAVELENGTH_UM, CONDUCTIVITY_mS_PER_CM
        )
        rows.append(
            relative(
                f"Westergaard p/p* = {ratio:g}: constriction",
                exact,
                found.constriction_asr_ohm_cm2,
                WESTERGAARD_TOLERANCE,
                "ohm cm2",
                "contact where pressure is positive; on the deformed shape "
                f"{deformed.constriction_asr_ohm_cm2:.5g}",
            )
        )
    rows.append(absolute("Westergaard: charge not conserved", 0.0, worst, CHARGE_TOLERANCE, "1"))
    return rows
