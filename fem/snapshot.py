"""What one accepted load step looks like from outside the solver: plain arrays.

Everything downstream (history, figures, ParaView fields, fracture verdict)
reads these records and never a DOLFINx object, so it neither knows nor cares
about the mesh partition. All arrays are gathered on rank 0 of the solver's
communicator; on other ranks the solver emits ``None``.

Units: µm, MPa, s. Lengths, areas and volumes are per µm of depth in 2-D, so an
"area" of the interface is in µm^(dim-1) and a "volume" in µm^dim.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from napress.fem.inputs.constants import ROOM_TEMPERATURE_K

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]

# A gap below 1 nm counts as contact. The contact formulation leaves a penetration
# of either sign of about pressure / penalty (10 MPa / 1e4 MPa/µm = 1 nm), so a
# smaller tolerance would measure the formulation; 1 nm is far below the roughness
# (tens of nm and more) and of the order of the atoms, so nothing real is missed.
CONTACT_GAP_UM = 1e-3


@dataclass(frozen=True)
class InterfaceSnapshot:
    """The sodium's contact surface, sampled at facet quadrature points.

    Attributes:
        position_um: Current position of the sodium surface, (facets, points, dim).
        gap_um: Height of the sodium above the deformed ceramic, (facets, points);
            positive where a void is open, slightly negative in contact (the
            penetration the contact formulation leaves).
        pressure_MPa: Contact pressure, compression positive, (facets, points).
        area_um: Current projected area each point stands for, (facets, points),
            µm^(dim-1); sums to the nominal interface area.
        adjacent_facets: Pairs of facets that share a vertex (2-D) or edge (3-D),
            (pairs, 2); what a void is connected through.
        facet_size_um: Nominal edge length of an interface facet.
        largest_pressure_MPa: Largest contact pressure so far, (facets, points); None where
            no film asks for it.
        in_contact: Where it is contact that presses, not gas, (facets, points); None where
            that is wherever there is pressure.
        at_walls: Whether a facet touches the low and the high side wall of each lateral
            direction, (facets, 2 (dim - 1)); None where that is not known.
    """

    position_um: Array
    gap_um: Array
    pressure_MPa: Array
    area_um: Array
    adjacent_facets: IntArray
    facet_size_um: float
    largest_pressure_MPa: Array | None = None
    in_contact: NDArray[np.bool_] | None = None
    at_walls: NDArray[np.bool_] | None = None

    @property
    def pressed(self) -> NDArray[np.bool_]:
        """Where contact presses, (facets, points)."""
        return self.pressure_MPa > 0.0 if self.in_contact is None else self.in_contact

    @property
    def open_gap_um(self) -> Array:
        """Gap that counts as void, (facets, points), see `open_gap`."""
        return open_gap(self.gap_um, self.pressed, self.position_um.shape[-1])

    def touching(self, contact_gap_um: float = CONTACT_GAP_UM) -> NDArray[np.bool_]:
        """What counts as contact, (facets, points), see `counts_as_contact`."""
        return counts_as_contact(self.position_um, self.gap_um, self.pressed, contact_gap_um)


def counts_as_contact(
    position_um: Array, gap_um: Array, pressed: NDArray[np.bool_], contact_gap_um: float
) -> NDArray[np.bool_]:
    """What counts as contact: by gap in 2-D, what is pressed in 3-D.

    With facets large against the tolerance, as they are in 3-D, contact by gap would lag,
    since the two faces part inside a facet only on average.

    Args:
        position_um: Of the points, (..., dimension).
        gap_um: There, (...,).
        pressed: Where contact presses, (...,).
        contact_gap_um: Gap up to which a point counts as in contact.
    """
    return gap_um <= contact_gap_um if position_um.shape[-1] == 2 else pressed


def open_gap(gap_um: Array, pressed: NDArray[np.bool_], dimension: int) -> Array:
    """Gap that counts as void, (...,), µm: in 3-D nothing where contact presses.

    On the wide facets of maps the regularised contact leaves a ripple under pressure, of
    either sign and up to nanometres; the fine facets of 2-D hardly have one.

    Args:
        gap_um: Gap, (...,).
        pressed: Where contact presses, (...,).
        dimension: Of the bodies.
    """
    return gap_um if dimension == 2 else np.where(pressed, 0.0, gap_um)


@dataclass(frozen=True)
class BodySnapshot:
    """One body as a VTK-ready mesh in its reference configuration with its fields.

    Attributes:
        points_um: Reference node positions, (nodes, 3); z = 0 in 2-D.
        cells: Node numbers of each cell in VTK order, (cells, nodes per cell).
        cell_type: VTK cell type (22 quadratic triangle, 24 quadratic tetrahedron).
        point_data: Nodal fields; always ``displacement_um`` (nodes, 3); sodium
            also ``gap_um`` and ``contact_pressure_MPa`` (nodes,), NaN off the
            contact surface.
        cell_data: Cell fields; always ``stress_MPa`` (cells, 6) in the order
            xx, yy, zz, xy, yz, xz (Cauchy, tension positive; zz is the
            out-of-plane stress in plane strain) and ``volume_um`` (cells,), the
            reference volume of the cell; sodium also ``plastic_strain`` and
            ``pressure_MPa`` (cells,).
    """

    points_um: Array
    cells: IntArray
    cell_type: int
    point_data: dict[str, Array]
    cell_data: dict[str, Array]


@dataclass(frozen=True)
class EnergyBalance:
    """Energies since first touch, pJ (2-D: pJ per µm of depth).

    Attributes:
        external_work_pJ: Work of the platen on the sodium.
        sodium_elastic_pJ: Stored in the sodium.
        plastic_dissipation_pJ: Dissipated by plastic flow.
        ceramic_elastic_pJ: Stored in the ceramic.
        contact_pJ: Stored in the regularised contact (penetration).
        stabilisation_pJ: Dissipated by numerical stabilisation, 0 if there is none.
        friction_pJ: Dissipated by slip between sodium and ceramic.
        gas_pJ: Done on the gas trapped in voids, that which has escaped since included.
        removed_pJ: Done by the contact pressure on metal that a current took away.
    """

    external_work_pJ: float = 0.0
    sodium_elastic_pJ: float = 0.0
    plastic_dissipation_pJ: float = 0.0
    ceramic_elastic_pJ: float = 0.0
    contact_pJ: float = 0.0
    stabilisation_pJ: float = 0.0
    friction_pJ: float = 0.0
    gas_pJ: float = 0.0
    removed_pJ: float = 0.0

    @property
    def error_percent(self) -> float:
        """Unaccounted energy as a percentage of the external work."""
        accounted = (
            self.sodium_elastic_pJ
            + self.plastic_dissipation_pJ
            + self.ceramic_elastic_pJ
            + self.contact_pJ
            + self.stabilisation_pJ
            + self.friction_pJ
            + self.gas_pJ
            + self.removed_pJ
        )
        scale = max(abs(self.external_work_pJ), 1e-30)
        return 100.0 * (self.external_work_pJ - accounted) / scale


@dataclass(frozen=True)
class Stripped:
    """What the current has done by one step.

    Attributes:
        charge_mAh_per_cm2: Charge passed since first touch, less what went back.
        current_mA_per_cm2: Current density of the step, 0 where none is driven.
        metal_left_um: Metal that is left, over the nominal area.
    """

    charge_mAh_per_cm2: float
    current_mA_per_cm2: float
    metal_left_um: float


@dataclass(frozen=True)
class Snapshot:
    """Everything known about one accepted load step.

    Attributes:
        step: Number of the accepted step, 0 at first touch.
        dimension: 2 or 3.
        pressure_MPa: Mean pressure on the nominal interface area.
        platen_displacement_um: Downward displacement of the platen.
        nominal_area_um: Nominal interface area, µm^(dim-1).
        initial_void_um: Void volume at first touch, µm^dim.
        sodium_volume_um: Current sodium volume; sodium_volume_initial_um at the start.
            Metal that a current took away counts as still there.
        interface: Contact surface.
        sodium: Sodium body.
        ceramic: Ceramic body.
        energy: Energy balance.
        newton_iterations: Iterations of this step (rejected attempts included).
        local_iterations: Iterations on the few unknowns that carried most of the residual.
        rejected_attempts: Attempts thrown away before this step was accepted.
        redistributions: How often the sodium's nodes have been redistributed so far.
        step_error_percent: Estimated error of the step in void volume, % of the
            initial void.
        is_target: Whether this step ends on a target of the load program.
        timers_s: CPU seconds per stage since the run began.
        trapped_gas_max_MPa: Largest absolute pressure of gas in a closed void, 0 if there is none.
        gas_void_count: Closed voids that hold gas.
        time_s: Time since first touch; 0 while the load program has none.
        temperature_K: Temperature of the step.
        stripped: What the current has done; None where none is ever driven.
        shear_load_MPa: What friction along the slopes bears of the mean pressure.
        held_against_slip_MPa: What the resistance to slip bears of it, which is switched on where
            a step could not be solved otherwise.
    """

    step: int
    dimension: int
    pressure_MPa: float
    platen_displacement_um: float
    nominal_area_um: float
    initial_void_um: float
    sodium_volume_um: float
    sodium_volume_initial_um: float
    interface: InterfaceSnapshot
    sodium: BodySnapshot
    ceramic: BodySnapshot
    energy: EnergyBalance
    newton_iterations: int
    rejected_attempts: int
    step_error_percent: float
    is_target: bool
    redistributions: int = 0
    timers_s: dict[str, float] = field(default_factory=dict)
    trapped_gas_max_MPa: float = 0.0
    gas_void_count: int = 0
    time_s: float = 0.0
    temperature_K: float = ROOM_TEMPERATURE_K
    stripped: Stripped | None = None
    shear_load_MPa: float = 0.0
    held_against_slip_MPa: float = 0.0
    local_iterations: int = 0
