"""Fracture of the electrolyte at the interface, step by step, for a whole pellet.

From the stresses of one modelled cell of the interface: Weibull probabilities for
flaws in the volume and on the surface, and the crack that sodium opens in a surface
flaw, both carried over to the area of the pellet by the weakest link.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from napress.fem.snapshot import Array, Snapshot
from napress.postprocess.fracture import weibull
from napress.postprocess.fracture.confinement import Confinement
from napress.postprocess.fracture.criteria import safety_fields
from napress.postprocess.fracture.filling import CreepClock
from napress.postprocess.fracture.in_time import GrowingFlaw
from napress.postprocess.fracture.settings import FractureSettings
from napress.postprocess.fracture.summary import statistics_summary
from napress.postprocess.fracture.verdict import (
    CeramicStrength,
    fracture_summary,
    strength_columns,
)
from napress.postprocess.fracture.weibull import failure_probability
from napress.postprocess.measures.depth import body_dimension, cell_depth, centroid
from napress.postprocess.measures.stress import place_columns, principal_stress
from napress.postprocess.measures.surface_cells import (
    SurfaceFacets,
    cells_below,
    component,
    pressure_at,
    surface_facets,
    tangent_principal,
)
from napress.postprocess.theory import flaws as closed

if TYPE_CHECKING:
    import pandas as pd

# Depths, over that of the median flaw, at which a flaw on its way through is looked at.
ON_THE_WAY = (*(2.0 ** (0.5 * k) for k in range(7)), 16.0, 64.0)
# What a laboratory can change about how a pellet is held.
HELD_OTHERWISE = ("rigid die", "isostatic")


class FractureAssessment:
    """The observer of fracture: columns and fields of every step of one run.

    Args:
        settings: What it rests on.
        strength: Strengths of the ceramic.
    """

    def __init__(self, settings: FractureSettings, strength: CeramicStrength) -> None:
        self.settings, self.strength = settings, strength
        self._mesh: _Mesh | None = None
        self._clock = CreepClock(settings.flow)
        self._flaw_grows = GrowingFlaw(settings)
        self._largest_MPa = 0.0

    def held(self, snapshot: Snapshot) -> Snapshot:
        """The step with the ceramic held from the side as the case says."""
        ceramic = snapshot.ceramic
        stress = self._confinement.held_stress(
            ceramic.cell_data["stress_MPa"], snapshot.pressure_MPa, snapshot.dimension
        )
        data = dict(ceramic.cell_data) | {"stress_MPa": stress}
        return replace(snapshot, ceramic=replace(ceramic, cell_data=data))

    @property
    def _confinement(self) -> Confinement:
        """What holds the pellet after the largest pressure so far."""
        return self.settings.confinement.after(self._largest_MPa)

    def cell_fields(self, snapshot: Snapshot) -> dict[str, Array]:
        """Fields of the ceramic's cells for ParaView, (cells,) each.

        The safety by each criterion, such as ``mohr_coulomb_safety``, and, with a Weibull
        modulus, ``weibull_risk_per_um3``: the intensity by independent principal stresses
        over the specimen's volume.
        """
        held = self.held(snapshot).ceramic
        fields = safety_fields(
            held, self.strength.tensile.value_MPa, self.strength.compressive.value_MPa
        )
        law = self.settings.law
        if law is not None:
            scaled = principal_stress(held.cell_data["stress_MPa"]) / law.characteristic_MPa
            intensity = weibull.independent_stresses(scaled, law.modulus)
            fields["weibull_risk_per_um3"] = intensity / law.volume_um3
        return fields

    def summary(self, history: pd.DataFrame) -> dict[str, Any]:
        """``fracture``, the verdict by strength, and ``fracture_statistics``."""
        return {
            "fracture": fracture_summary(history, self.strength),
            "fracture_statistics": statistics_summary(history, self.settings),
        }

    def columns(self, snapshot: Snapshot) -> dict[str, float]:
        """History columns of a step, for the ceramic held as the case says.

        At targets, the probabilities and utilisations are given once again under names
        that begin with ``if_rigid_die_`` and ``if_isostatic_``.

        Args:
            snapshot: The step.

        Returns:
            Column name to value.
        """
        if self._mesh is None:
            through = self.settings.invasion.thickness_um / self.settings.flaws.depth.median
            self._mesh = _Mesh.of(snapshot, self.settings.flaws.depth.median, through)
        self._largest_MPa = max(self._largest_MPa, snapshot.pressure_MPa)
        crept = self._clock.add(snapshot.time_s, snapshot.pressure_MPa, snapshot.temperature_K)
        row = self._held_as_asked(snapshot, crept)
        row["flaw_depth_um"] = self._flaw_grows.add(
            snapshot.time_s,
            snapshot.pressure_MPa,
            snapshot.temperature_K,
            row["lateral_stress_MPa"],
            row["flaw_local_probability"],
        )
        if snapshot.is_target:
            for kind in HELD_OTHERWISE:
                row |= self._held_otherwise(snapshot, kind, crept)
        return row

    def restore(self, history: pd.DataFrame) -> None:
        """Counts again how far sodium has crept into flaws, before a run is resumed."""
        self._clock.restore(history)
        if "flaw_local_probability" in history:
            self._flaw_grows.restore(history)
        self._largest_MPa = float(history["pressure_MPa"].max())

    def _held_otherwise(
        self, snapshot: Snapshot, kind: str, crept: float | None
    ) -> dict[str, float]:
        """What the verdict would be, were the pellet held otherwise; see docs/window.md."""
        confinement = replace(self.settings.confinement, kind=kind)
        other = FractureAssessment(replace(self.settings, confinement=confinement), self.strength)
        other._mesh, other._largest_MPa = self._mesh, self._largest_MPa
        return {
            f"if_{kind.replace(' ', '_')}_{name}": value
            for name, value in other._held_as_asked(snapshot, crept).items()
            if name.endswith(("_probability", "_utilisation"))
        }

    def _held_as_asked(self, snapshot: Snapshot, crept: float | None) -> dict[str, float]:
        held = self.held(snapshot)
        pressure = snapshot.pressure_MPa
        row = strength_columns(held.ceramic, self.strength, self._mesh.depth_um)
        # A 2-D cell counts as a square one, as deep as it is wide.
        cell_area = snapshot.nominal_area_um ** (2 / (snapshot.dimension - 1))
        row["cells_on_pellet"] = self.settings.pellet_area_um2 / cell_area
        row["lateral_stress_MPa"] = self._confinement.lateral_MPa(pressure)
        if self.settings.law is not None:
            row |= self._weibull(held)
        return row | self._flaw(pressure, crept) | self._local_flaw(held)

    def _weibull(self, held: Snapshot) -> dict[str, float]:
        law, mesh = self.settings.law, self._mesh
        stress = held.ceramic.cell_data["stress_MPa"]
        volume = held.ceramic.cell_data["volume_um"]
        inside = principal_stress(stress) / law.characteristic_MPa
        outside = tangent_principal(stress, mesh.facets)[0] / law.characteristic_MPa
        # In 2-D sizes are per depth and this ratio is the total depth of all cells.
        copies = self.settings.pellet_area_um2 / held.nominal_area_um
        m = law.modulus
        parts = {
            "pia_volume": (weibull.independent_stresses(inside, m), inside),
            "nsa_volume": (weibull.average_where_it_counts(inside, volume, m), inside),
            "pia_surface": (weibull.independent_stresses(outside, m), outside),
            "nsa_surface": (weibull.tangent_stress_average(outside, m), outside),
        }
        row: dict[str, float] = {}
        for name, (intensity, scaled) in parts.items():
            on_surface = name.endswith("surface")
            size = mesh.facets.area_um / law.area_um2 if on_surface else volume / law.volume_um3
            risk = copies * float(intensity @ size)
            row[f"weibull_{name}_probability"] = failure_probability(risk)
            # Where all is compressed, the cell that is nearest to tension.
            worst = int(np.argmax(intensity if intensity.any() else scaled[:, 0]))
            place = mesh.facets.middle_um if on_surface else mesh.centroid_um
            depth = 0.0 if on_surface else float(mesh.depth_um[worst])
            row |= place_columns(f"weibull_{name}", mesh.place(place[worst]), depth)
        return row

    def _flaw(self, pressure_MPa: float, crept: float | None) -> dict[str, float]:
        """The closed form: the mean pressure in a flaw of median depth."""
        flaws, flow = self.settings.flaws, self.settings.flow
        depth = flaws.depth.median
        lateral = self._confinement.lateral_MPa(pressure_MPa)
        pushed, reached = flow.reach_um(pressure_MPa, depth, crept)
        full = pressure_MPa - lateral
        invasion = self.settings.invasion
        limited = float(invasion.opening_MPa(pressure_MPa, lateral))
        critical = closed.critical_depth_um(flaws.toughness.median, full)
        return {
            "flaw_stress_intensity_MPa_sqrt_m": float(closed.edge_crack_intensity(full, depth)),
            "flaw_critical_depth_um": float(critical),
            "flaw_reach_yield_um": pushed,
            "flaw_reach_creep_um": reached,
            "flaw_pressure_share": limited / full if full > 0.0 else 0.0,
            "flaw_front_share": invasion.front_share(pressure_MPa, lateral),
            "flaw_probability": flaws.probability(full),
            "flaw_flow_limited_probability": flaws.probability(limited),
        }

    def _local_flaw(self, held: Snapshot) -> dict[str, float]:
        """The solved field: a flaw of median depth at every facet of the surface.

        The flaw stands at right angles to the surface and to its largest tangential
        stress. Its faces carry the contact pressure above it and what the stress of
        the uncracked ceramic leaves along its line (superposition), turned into K_I by
        the weight function of an edge crack in a half plane.
        """
        mesh, facets = self._mesh, self._mesh.facets
        stress = held.ceramic.cell_data["stress_MPa"]
        _, across = tangent_principal(stress, facets)
        above = pressure_at(held.interface, facets)
        along_line = component(mesh.along_lines(stress), across, across)
        # K_I over sqrt(pi a), for each depth on the way and each facet.
        driven = mesh.line_weight.sum() * above + along_line
        depth_m = self.settings.flaws.depth.median * closed.METRES_PER_UM
        intensity = math.sqrt(math.pi * depth_m) * driven[0]
        worst = int(np.argmax(intensity))
        name = "flaw_local_stress_intensity"
        row = {f"{name}_MPa_sqrt_m": max(float(intensity[worst]), 0.0)}
        row |= place_columns(name, mesh.place(facets.middle_um[worst]), 0.0)
        # The uniform opening with the same K_I; a flaw is as likely here as there.
        uniform = intensity / closed.edge_crack_intensity(1.0, self.settings.flaws.depth.median)
        share = facets.area_um / facets.area_um.sum()
        flaws = self.settings.flaws
        row["flaw_local_probability"] = flaws.probability_over(uniform, share)
        # On its way a flaw needs ever less; what drives it may fall faster.
        least = (mesh.root_of_way[:, None] * driven).min(0) / closed.EDGE_CRACK_FACTOR
        row["flaw_local_through_probability"] = flaws.probability_over(least, share)
        invaded = self.settings.invasion.opening_MPa(above, above - uniform)
        row["flaw_local_flow_limited_probability"] = flaws.probability_over(invaded, share)
        return row


@dataclass(frozen=True)
class _Mesh:
    """What stays the same from step to step."""

    dimension: int
    depth_um: Array
    centroid_um: Array
    facets: SurfaceFacets
    line_weight: Array
    root_of_way: Array  # of the depths on the way over that of the median flaw, (depths,)
    lines: sparse.csr_array  # weights of the cells along a flaw, (depths * facets, cells)

    @classmethod
    def of(cls, snapshot: Snapshot, flaw_depth_um: float, through: float) -> _Mesh:
        ceramic = snapshot.ceramic
        facets = surface_facets(ceramic)
        share, weight = closed.edge_crack_rule()
        # Below the modelled depth the stress of its last cells stands in: nothing varies there.
        way = [1.0, *(x for x in ON_THE_WAY[1:] if x < through)]
        below = np.concatenate(
            [cells_below(ceramic, facets, share * flaw_depth_um * x) for x in way]
        )
        weights = np.broadcast_to(weight, below.shape).ravel()
        starts = np.arange(0, below.size + 1, len(weight))
        cells = len(ceramic.cell_data["volume_um"])
        lines = sparse.csr_array((weights, below.ravel(), starts), shape=(len(below), cells))
        return cls(
            body_dimension(ceramic),
            cell_depth(ceramic),
            centroid(ceramic),
            facets,
            weight,
            np.sqrt(way),
            lines,
        )

    def along_lines(self, stress_MPa: Array) -> Array:
        """Weighted sums of the cells' stress along the flaws, (depths, facets, 6), MPa."""
        return (self.lines @ stress_MPa).reshape(len(self.root_of_way), -1, stress_MPa.shape[1])

    def place(self, position_um: Array) -> tuple[float, ...]:
        return tuple(float(value) for value in position_um[: self.dimension])
