"""Numbers that describe an interface and a stressed ceramic at one load step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from napress.fem.snapshot import CONTACT_GAP_UM, Array, BodySnapshot, InterfaceSnapshot
from napress.postprocess.measures.depth import body_dimension, cell_depth
from napress.postprocess.measures.paths import components
from napress.postprocess.measures.stress import max_shear, principal_stress

# Closures whose pressure is reported, percent.
CLOSURE_LEVELS_PERCENT = (90.0, 99.0, 99.9)

PERCENTILE = 99.9


@dataclass(frozen=True)
class Voids:
    """Sets of neighbouring facets that stand open.

    Attributes:
        count: Number of separate voids.
        largest_um: Volume of the largest, µm^dim.
        mean_um: Mean volume of a void, µm^dim, 0 if there is none.
    """

    count: int
    largest_um: float
    mean_um: float


@dataclass(frozen=True)
class InterfaceMeasures:
    """Contact and voids of one step.

    Attributes:
        contact_fraction: Area in contact over the whole area, see `measure_interface`.
        contact_fraction_by_gap: Area whose gap is at most the contact tolerance, over
            the whole area.
        void_um: Net void, sum of positive gaps times area, µm^dim; in 3-D where nothing
            presses.
        void_signed_um: Sum of all gaps times area, penetration negative, µm^dim.
        voids: Separate voids.
        pressure_mean_MPa: Contact pressure averaged over the whole area.
        pressure_peak_MPa: Largest contact pressure of a facet (area average).
        pressure_in_contact_MPa: Contact force over the area in contact, 0 if none.
    """

    contact_fraction: float
    contact_fraction_by_gap: float
    void_um: float
    void_signed_um: float
    voids: Voids
    pressure_mean_MPa: float
    pressure_peak_MPa: float
    pressure_in_contact_MPa: float


@dataclass(frozen=True)
class StressPeak:
    """A stress measure over the ceramic and where it is largest.

    Attributes:
        value_MPa: Largest cell value.
        percentile_MPa: 99.9th percentile weighted by reference volume.
        position_um: Reference position of the cell's centroid, (dim,).
        depth_um: Vertical depth below the contact surface in the reference
            configuration (see :mod:`napress.postprocess.measures.depth`).
    """

    value_MPa: float
    percentile_MPa: float
    position_um: tuple[float, ...]
    depth_um: float


def measure_interface(
    interface: InterfaceSnapshot, contact_gap_um: float = CONTACT_GAP_UM
) -> InterfaceMeasures:
    """Contact, voids and contact pressure of one step.

    What counts as contact is said by `napress.fem.snapshot.counts_as_contact`.

    Args:
        interface: Contact surface.
        contact_gap_um: Gap up to which a point counts as in contact, µm.

    Returns:
        The measures.

    Raises:
        ValueError: If the tolerance is negative or the interface has no area.
    """
    if not contact_gap_um >= 0.0:
        raise ValueError(f"contact_gap_um: {contact_gap_um}, allowed is 0 or more")
    area = interface.area_um
    total = float(area.sum())
    if not total > 0.0:
        raise ValueError("interface: its area is zero")
    near = interface.gap_um <= contact_gap_um
    touching = interface.touching(contact_gap_um)
    contact_area = float(area[touching].sum())
    force = area * interface.pressure_MPa
    return InterfaceMeasures(
        contact_fraction=contact_area / total,
        contact_fraction_by_gap=float(area[near].sum()) / total,
        void_um=float((np.maximum(interface.open_gap_um, 0.0) * area).sum()),
        void_signed_um=float((interface.gap_um * area).sum()),
        voids=find_voids(interface, contact_gap_um),
        pressure_mean_MPa=float(force.sum()) / total,
        pressure_peak_MPa=float(facet_pressure(interface).max()),
        pressure_in_contact_MPa=(
            float(force[touching].sum()) / contact_area if contact_area > 0.0 else 0.0
        ),
    )


def facet_pressure(interface: InterfaceSnapshot) -> Array:
    """Contact pressure of each facet, the area average of its points, (facets,), MPa.

    Single quadrature points over- and undershoot where contact ends inside a
    facet; the average is what the facet really carries.
    """
    area = interface.area_um.sum(axis=1)
    force = (interface.area_um * interface.pressure_MPa).sum(axis=1)
    return force / np.where(area > 0.0, area, 1.0)


def find_voids(interface: InterfaceSnapshot, contact_gap_um: float = CONTACT_GAP_UM) -> Voids:
    """Separate voids: open facets joined through shared vertices (edges in 3-D).

    A facet is open when any of its points is. Two voids closer together than one
    facet therefore count as one.

    Args:
        interface: Contact surface.
        contact_gap_um: Gap above which a point is open, µm.

    Returns:
        Number, largest and mean volume.
    """
    gap_um = interface.open_gap_um
    is_open = (gap_um > contact_gap_um).any(axis=1)
    if not is_open.any():
        return Voids(0, 0.0, 0.0)
    label = components(interface, is_open)
    volume = (np.maximum(gap_um, 0.0) * interface.area_um).sum(axis=1)
    per_void = np.bincount(label[is_open], weights=volume[is_open])
    return Voids(len(per_void), float(per_void.max()), float(per_void.mean()))


def closure_percent(void_um: float, initial_void_um: float) -> float:
    """Share of the initial void that is gone, %; 100 if there was none."""
    if initial_void_um <= 0.0:
        return 100.0
    return 100.0 * (1.0 - void_um / initial_void_um)


def closure_pressure(pressure_MPa: Array, closure: Array, level_percent: float) -> float | None:
    """Pressure at which a closure is first reached.

    Between the two steps around it, pressure is interpolated linearly in the
    logarithm of the remaining void (the void falls roughly exponentially with
    pressure), or in the void itself if nothing remains after the step.

    Args:
        pressure_MPa: Mean pressure of each step, (steps,).
        closure: Closure of each step, %, (steps,).
        level_percent: Closure asked for, below 100.

    Returns:
        Pressure in MPa, or None if the closure is never reached.
    """
    pressure_MPa, closure = np.asarray(pressure_MPa), np.asarray(closure)
    reached = np.flatnonzero(closure >= level_percent)
    if not len(reached):
        return None
    after = int(reached[0])
    if after == 0:
        return float(pressure_MPa[0])
    void = 1.0 - closure[after - 1 : after + 1] / 100.0
    wanted = 1.0 - level_percent / 100.0
    if void[1] > 0.0 and wanted > 0.0:
        void, wanted = np.log(void), float(np.log(wanted))
    share = (void[0] - wanted) / (void[0] - void[1])
    before = pressure_MPa[after - 1]
    return float(before + share * (pressure_MPa[after] - before))


def closure_pressures(pressure_MPa: Array, closure: Array) -> dict[str, float | None]:
    """Pressures at 90, 99 and 99.9 % closure, keyed as in ``summary.json``."""
    return {
        f"closure_pressure_{f'{level:g}'.replace('.', '_')}_MPa": closure_pressure(
            pressure_MPa, closure, level
        )
        for level in CLOSURE_LEVELS_PERCENT
    }


def volume_percentile(values: Array, volume_um: Array, percent: float = PERCENTILE) -> float:
    """Smallest value that at least ``percent`` of the volume does not exceed.

    Args:
        values: One value per cell, (cells,).
        volume_um: Weight of each cell, (cells,).
        percent: Share of the volume, %.

    Returns:
        The percentile, always one of ``values``.
    """
    return float(np.quantile(values, percent / 100.0, weights=volume_um, method="inverted_cdf"))


def measure_ceramic(
    ceramic: BodySnapshot, depth_um: Array | None = None
) -> tuple[StressPeak, StressPeak]:
    """Maximum shear and maximum principal stress of the ceramic.

    Cell stresses are averages over a cell: a peak at a sharp corner grows with
    refinement, the volume percentile beside it does not.

    Args:
        ceramic: The ceramic body.
        depth_um: Depth of each cell, (cells,), if the caller keeps it between
            steps (it belongs to the reference configuration).

    Returns:
        Maximum shear stress, and maximum principal stress.
    """
    principal = principal_stress(ceramic.cell_data["stress_MPa"])
    depth_um = cell_depth(ceramic) if depth_um is None else depth_um
    return (
        stress_peak(ceramic, max_shear(principal), depth_um),
        stress_peak(ceramic, principal[:, 0], depth_um),
    )


def stress_peak(body: BodySnapshot, values_MPa: Array, depth_um: Array) -> StressPeak:
    """Peak, percentile and place of one stress measure.

    Args:
        body: The body.
        values_MPa: One value per cell, (cells,).
        depth_um: Depth of each cell, (cells,).

    Returns:
        The peak.
    """
    at = int(np.argmax(values_MPa))
    corners = body.cells[at, : body_dimension(body) + 1]
    position = body.points_um[corners].mean(axis=0)
    return StressPeak(
        value_MPa=float(values_MPa[at]),
        percentile_MPa=volume_percentile(values_MPa, body.cell_data["volume_um"]),
        position_um=tuple(float(v) for v in position[: body_dimension(body)]),
        depth_um=float(depth_um[at]),
    )
