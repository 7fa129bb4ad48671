"""What the interface costs in resistance, and how the current crowds on it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace

import numpy as np

from napress.fem.conduction.electrolyte import (
    ConductionSolution,
    Electrolyte,
    RefinedElectrolyte,
)
from napress.fem.snapshot import CONTACT_GAP_UM, Array, Snapshot
from napress.postprocess.measures.contact_map import Touching, touching_as_counted
from napress.postprocess.resistance.contact import PARTS, ContactResistance, LocalContact
from napress.postprocess.theory.film import peak_frequency_Hz

PERCENTILE = 99.0
CARRIED_PERCENT = 90.0
# A constriction is the difference of two losses that are close under full contact; it is
# not resolved below this share of them, nor below what current is lost.
RESOLVED = 1e-9


@dataclass(frozen=True)
class Resistance:
    """Area-specific resistances on the nominal area, and current focusing.

    The parts add up: interface = constriction + clean spots + charge transfer + film.
    Each is the power dissipated there over the square of the mean current density.

    Attributes:
        interface_asr_ohm_cm2: All that the interface adds to the bulk.
        constriction_asr_ohm_cm2: Of the electrolyte where current crowds into the contact.
        clean_spots_asr_ohm_cm2: Of the electrolyte where current crowds into the clean spots
            of a film, below the mesh.
        charge_transfer_asr_ohm_cm2: Of the charge transfer.
        film_asr_ohm_cm2: Of the film.
        bulk_asr_ohm_cm2: Of the electrolyte of the cell under perfect contact everywhere.
        asr_resolution_ohm_cm2: The smallest constriction that the solve resolves. One that is
            smaller, or negative by rounding, is given as this: read it as "less than".
        current_max_over_mean: Largest current density of an interface facet over the mean.
        current_p99_over_mean: The density that 99 % of the area does not exceed.
        current_gini: Gini coefficient of the current over the nominal area, 0 if
            uniform, towards 1 if it all passes through one point. Here and below a
            facet that touches in part counts as a touching and a bare one.
        area_share_for_90_percent: Smallest share of the nominal area that carries 90 %
            of the current.
        clean_contact_percent: Share of the nominal area where metal touches electrolyte
            without a film between them.
        interface_capacitance_uF_per_cm2: Of film and gaps, on the nominal area; NaN if the
            film's thickness or permittivity is not known.
        interface_peak_frequency_Hz: Where the interface's arc peaks in a spectrum.
        current_imbalance: Current into the interface less that out of the
            counter-electrode, over either.
    """

    interface_asr_ohm_cm2: float
    constriction_asr_ohm_cm2: float
    clean_spots_asr_ohm_cm2: float
    charge_transfer_asr_ohm_cm2: float
    film_asr_ohm_cm2: float
    bulk_asr_ohm_cm2: float
    asr_resolution_ohm_cm2: float
    current_max_over_mean: float
    current_p99_over_mean: float
    current_gini: float
    area_share_for_90_percent: float
    clean_contact_percent: float
    interface_capacitance_uF_per_cm2: float
    interface_peak_frequency_Hz: float
    current_imbalance: float

    def row(self) -> dict[str, float]:
        """Columns of the history; what is rounding error is none of them."""
        return {name: value for name, value in asdict(self).items() if name in NOT_MEASURED}


NOT_MEASURED = {
    name: math.nan for name in Resistance.__dataclass_fields__ if name != "current_imbalance"
}


def measure_step(
    electrolyte: Electrolyte,
    snapshot: Snapshot,
    contact: ContactResistance,
    contact_gap_um: float = CONTACT_GAP_UM,
) -> tuple[Resistance, ConductionSolution]:
    """Resistance of an accepted step, on its deformed shape and its real contact.

    Args:
        electrolyte: The ceramic as a conductor; left in the shape of the step.
        snapshot: The step.
        contact: Resistance of what touches.
        contact_gap_um: Gap up to which a point counts as in contact.

    Raises:
        NoContact: If nothing touches.
        SingularSystem: If the potential cannot be solved for.
    """
    ceramic = snapshot.ceramic
    electrolyte.deform(ceramic.points_um, ceramic.point_data["displacement_um"])
    touching = touching_as_counted(snapshot.interface, contact_gap_um)
    local = contact.at(snapshot.interface)
    found, solution = measure(electrolyte, touching, local)
    capacitance = local.capacitance_uF_per_cm2(contact_gap_um)
    total = found.interface_asr_ohm_cm2
    known = capacitance > 0 and total > 0
    return replace(
        found,
        clean_contact_percent=local.clean_contact_percent(contact_gap_um),
        interface_capacitance_uF_per_cm2=capacitance,
        interface_peak_frequency_Hz=peak_frequency_Hz(total, capacitance) if known else math.nan,
    ), solution


def measure(
    electrolyte: Electrolyte, touching: Touching, contact: ContactResistance | LocalContact
) -> tuple[Resistance, ConductionSolution]:
    """Resistance of a given contact; see `measure_step`.

    Args:
        electrolyte: The ceramic as a conductor.
        touching: Tells which lateral points touch.
        contact: Resistance of what touches, the same everywhere or of a contact surface.
    """
    local = contact.under(0.0) if isinstance(contact, ContactResistance) else contact
    refined: RefinedElectrolyte = electrolyte.refined(touching)
    solution = refined.solve(touching, local.resistance_ohm_cm2)
    bulk = refined.bulk_asr_ohm_cm2()
    imbalance = abs(solution.current_imbalance)
    resolution = max(RESOLVED, imbalance) * bulk
    constriction = max(solution.electrolyte_loss_asr_ohm_cm2 - bulk, resolution)
    whose, weight = local.shares(solution.touching_um), solution.touching_loss_share
    lost = {name: float(weight @ whose[name]) * solution.contact_loss_asr_ohm_cm2 for name in PARTS}
    density, area = solution.facet_current_density_mA_per_cm2, solution.facet_area_um
    crossed, part = _on_contact(solution)
    return Resistance(
        interface_asr_ohm_cm2=constriction + sum(lost.values()),
        constriction_asr_ohm_cm2=constriction,
        clean_spots_asr_ohm_cm2=lost["clean_spots"],
        charge_transfer_asr_ohm_cm2=lost["charge_transfer"],
        film_asr_ohm_cm2=lost["film"],
        bulk_asr_ohm_cm2=bulk,
        asr_resolution_ohm_cm2=resolution,
        current_max_over_mean=float(density.max()),
        current_p99_over_mean=_percentile(density, area),
        current_gini=gini(crossed, part),
        area_share_for_90_percent=area_share(crossed, part),
        clean_contact_percent=math.nan,
        interface_capacitance_uF_per_cm2=math.nan,
        interface_peak_frequency_Hz=math.nan,
        current_imbalance=imbalance,
    ), solution


def _on_contact(solution: ConductionSolution) -> tuple[Array, Array]:
    """Current density on the touching part of each facet, and none on the rest."""
    whole, touching = solution.facet_area_um, solution.facet_contact_area_um
    current = solution.facet_current_density_mA_per_cm2 * whole
    density = np.divide(current, touching, out=np.zeros_like(current), where=touching > 0)
    rest = np.maximum(whole - touching, 0.0)
    return np.concatenate([density, np.zeros_like(rest)]), np.concatenate([touching, rest])


def _percentile(density: Array, area: Array) -> float:
    return float(np.quantile(density, PERCENTILE / 100, weights=area, method="inverted_cdf"))


def gini(density: Array, area: Array) -> float:
    """Gini coefficient of a current density over an area.

    One less twice the area under the Lorenz curve: current against area, by
    increasing density.

    Args:
        density: Not negative, mean above 0, (n,).
        area: That each value stands for, (n,).
    """
    order = np.argsort(density, kind="stable")
    current = np.concatenate([[0.0], np.cumsum((density * area)[order])])
    share = np.concatenate([[0.0], np.cumsum(area[order])])
    return float(1 - 2 * np.trapezoid(current / current[-1], share / share[-1]))


def area_share(density: Array, area: Array, percent: float = CARRIED_PERCENT) -> float:
    """Smallest share of an area that carries a share of the current.

    Args:
        density: Not negative, mean above 0, (n,).
        area: That each value stands for, (n,).
        percent: Share of the current, %.
    """
    order = np.argsort(-density, kind="stable")
    current = np.concatenate([[0.0], np.cumsum((density * area)[order])])
    covered = np.concatenate([[0.0], np.cumsum(area[order])])
    return float(np.interp(percent / 100 * current[-1], current, covered) / covered[-1])
