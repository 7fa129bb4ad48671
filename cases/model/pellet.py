"""Reads a pellet case, checks it against its press, and hands it to the solver as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from napress.cases.model.fracture import weibull_law
from napress.cases.schema.checks import punch_of
from napress.cases.schema.interface_case import value_of
from napress.cases.schema.pellet_case import PelletCase
from napress.cases.values.fields import SourcedValue
from napress.postprocess.theory import pellet as closed

if TYPE_CHECKING:
    from napress.fem.pellet.press import PelletProblem
    from napress.postprocess.pellet.results import PelletStrength, PelletTools


@dataclass(frozen=True)
class PelletModel:
    """A pellet case in inner units.

    Attributes:
        problem: What `napress.fem.pellet.press` presses.
        strength: Of the pellet, as a Weibull law where its modulus is known.
        tools: Yield stresses of sleeve and punch.
        pressures_MPa: Increasing mean pressures.
        edge_MPa: Pressure the edge of the sodium holds; infinite if sealed.
    """

    problem: PelletProblem
    strength: PelletStrength
    tools: PelletTools
    pressures_MPa: tuple[float, ...]
    edge_MPa: float


def pellet_text(case: PelletCase) -> str:
    """Returns the pellet and what holds it in a few words."""
    pellet = case.pellet
    held = {"none": "no die", "rigid": "rigid die", "elastic": "elastic sleeve"}[pellet.sleeve]
    if pellet.loading == "isostatic":
        held = "isostatic"
    return (
        f"{case.ceramic.material.name}, {pellet.diameter * 1e-3:g} mm across and "
        f"{case.ceramic.thickness * 1e-3:g} mm thick, {held}"
    )


def press_warnings(case: PelletCase) -> list[str]:
    """Returns a line for each load near what press and die may carry."""
    if case.press is None:
        return []
    found = []
    for stage in case.program:
        force = closed.press_force_kN(stage.pressure, case.pellet.diameter / 2)
        share = force / case.press.allowed_kN
        if share > case.press.warning:
            found.append(
                f"{stage.pressure:g} MPa needs {force:.3g} kN, {100 * share:.0f} % of the "
                f"{case.press.allowed_kN:.3g} kN that press and die may carry."
            )
    return found


def pellet_estimates(case: PelletCase) -> list[str]:
    """Returns the values used that are estimates, such as ``ceramic.young``."""
    used = {
        "sodium": ("young", "poisson", "yield_strength"),
        "ceramic": ("young", "poisson", "tensile_strength", "weibull_modulus"),
    }
    names = []
    for label, fields in used.items():
        for name in fields:
            entry = value_of(getattr(case, label), name)
            if entry is not None and entry.estimate:
                names.append(f"{label}.{name}")
    for label, fields in (
        ("sleeve_material", ("young", "poisson", "yield_strength")),
        ("punch_material", ("yield_strength",)),
    ):
        tool = getattr(case.pellet, label)
        names += [f"{label}.{f}" for f in fields if tool and getattr(tool, f).estimate]
    if value_of(case.ceramic, "weibull_modulus") is not None:
        # The surface of the specimens plays no part: the pellet counts flaws in its volume.
        names += [f"fracture.{n}" for n in case.fracture.assumed() if n == "specimen_volume"]
    return names


def to_pellet_model(case: PelletCase) -> PelletModel:
    """Returns a case in inner units."""
    from napress.fem.inputs.materials import ElasticCeramic
    from napress.fem.pellet.layer_step import LayerMetal
    from napress.fem.pellet.press import PelletProblem
    from napress.fem.pellet.support import SupportShape
    from napress.postprocess.pellet.results import PelletStrength, PelletTools
    from napress.postprocess.theory.plasticity import shear_yield_MPa

    pellet, radius = case.pellet, case.pellet.diameter / 2

    def known(table: Any, name: str) -> float:
        entry: SourcedValue = value_of(table, name)
        return entry.value

    young, poisson = known(case.sodium, "young"), known(case.sodium, "poisson")
    flow = known(case.sodium, "yield_strength")
    edge = edge_pressure_MPa(case, flow)
    stiffness = {"none": 0.0, "rigid": float("inf")}.get(pellet.sleeve)
    outer = sleeve_yield = None
    if stiffness is None:
        sleeve, outer = pellet.sleeve_material, pellet.sleeve_outer_diameter / 2
        stiffness = closed.sleeve_stiffness_MPa_per_um(
            radius, outer, sleeve.young.value, sleeve.poisson.value
        )
        sleeve_yield = sleeve.yield_strength.value
    problem = PelletProblem(
        radius_um=radius,
        thickness_um=case.ceramic.thickness,
        ceramic=ElasticCeramic(known(case.ceramic, "young"), known(case.ceramic, "poisson")),
        sodium_thickness_um=case.sodium.thickness,
        metal=LayerMetal(shear_yield_MPa(flow), young / (3 * (1 - 2 * poisson)), edge),
        punch=punch_of(case),
        support=SupportShape(
            pellet.support_gap / 2,
            pellet.debris_height,
            pellet.debris_diameter / 2,
            pellet.support_offset,
        ),
        sleeve_MPa_per_um=stiffness,
        isostatic=pellet.loading == "isostatic",
    )
    punch = pellet.punch_material
    return PelletModel(
        problem,
        PelletStrength(
            known(case.ceramic, "tensile_strength"), weibull_law(case.ceramic, case.fracture)
        ),
        PelletTools(
            radius,
            outer,
            sleeve_yield,
            None if punch is None else punch.yield_strength.value,
            isostatic=pellet.loading == "isostatic",
        ),
        tuple(stage.pressure for stage in case.program),
        edge,
    )


def edge_pressure_MPa(case: PelletCase, yield_MPa: float) -> float:
    """Pressure at the rim at which the sodium begins to flow out.

    Without a die its yield stress; in a die what the clearance holds, but at least
    that; infinite in a sealed die or a bag.
    """
    pellet = case.pellet
    if pellet.loading == "isostatic":
        return float("inf")
    if pellet.sleeve == "none":
        return yield_MPa
    held = closed.die_extrusion_pressure_MPa(pellet.clearance, pellet.land, yield_MPa)
    return max(held, yield_MPa)
