"""Stress intensity of a sodium-filled edge crack against the closed form.

The closed form is 1.12 (p - s) sqrt(pi a) for a half plane; the block is 40 crack
depths wide and high on each side.
"""

from __future__ import annotations

import math

import napress.meshes.backend  # noqa: F401  orders the imports below

from mpi4py import MPI

from napress.cases.verification.ceramic.crack_mesh import CrackBlock, Valley, build_crack_mesh
from napress.cases.verification.ceramic.cracked_block import CrackedBlock, CrackLoad
from napress.cases.verification.rows import Row, relative
from napress.fem.inputs.materials import ElasticCeramic
from napress.postprocess.theory import flaws as closed

CERAMIC = ElasticCeramic(young_MPa=8e4, poisson=0.26)
PRESSURE_MPa = 360.0
DEPTH_UM = 3.0
TIP_RATIO = 0.005
RADII = (0.2, 0.5, 0.9)
# Toughness (MPa sqrt(m)) of NZSP and of a sulfide glass.
TOUGHNESS = {"NZSP": 1.3, "sulfide": 0.23}
TOLERANCE = 0.02
# Cracks up to a tenth as deep as the valley's radius of curvature, in a rigid die.
VALLEY = Valley(amplitude_um=1.0, wavelength_um=20.0)
VALLEY_DEPTHS_UM = (0.25, 0.5, 1.0)
SUPERPOSITION_TOLERANCE = 0.05


def solved_block(depth_um: float, tip_ratio: float = TIP_RATIO) -> CrackedBlock:
    """A block with a crack of a depth, ready to be loaded."""
    mesh = build_crack_mesh(CrackBlock(depth_um, tip_ratio=tip_ratio), MPI.COMM_SELF)
    return CrackedBlock(mesh, CERAMIC)


def edge_crack(tip_ratio: float = TIP_RATIO) -> list[Row]:
    """Tension, pressure, pressure against confinement, falling pressure, critical depths.

    Args:
        tip_ratio: Element size at the tip over the depth of the crack.
    """
    block = solved_block(DEPTH_UM, tip_ratio)
    die = closed.rigid_die_lateral_MPa(PRESSURE_MPa, CERAMIC.poisson)
    drop = PRESSURE_MPa / DEPTH_UM
    unit = float(closed.edge_crack_intensity(PRESSURE_MPa, DEPTH_UM))
    cases = (
        ("remote tension", CrackLoad(lateral_MPa=-PRESSURE_MPa), 1.0),
        ("sodium pressure on the faces", CrackLoad(face_MPa=PRESSURE_MPa), 1.0),
        (
            "pressure in a rigid die",
            CrackLoad(face_MPa=PRESSURE_MPa, lateral_MPa=die, top_MPa=PRESSURE_MPa),
            1.0 - die / PRESSURE_MPa,
        ),
        (
            "pressure falling to 0 at the tip",
            CrackLoad(face_MPa=PRESSURE_MPa, face_drop_MPa_per_um=drop),
            closed.partly_filled_factor(1.0),
        ),
        (
            "pressure falling to 0 half way",
            CrackLoad(face_MPa=PRESSURE_MPa, face_drop_MPa_per_um=2 * drop),
            closed.partly_filled_factor(0.5),
        ),
    )
    rows = []
    note = f"interaction integral, elements {tip_ratio:g} of the depth at the tip"
    for name, load, share in cases:
        block.solve(load)
        title = f"edge crack, {name}: K_I"
        expected = unit * share
        rows.append(relative(title, expected, block.intensity(), TOLERANCE, "MPa sqrt(m)", note))
    block.solve(cases[1][1])
    intensities = [block.intensity(radius) for radius in RADII]
    rows += [
        relative(
            "edge crack, sodium pressure: K_I by opening",
            unit,
            block.intensity_from_opening(),
            TOLERANCE,
            "MPa sqrt(m)",
            "displacement correlation between 2 and 20 % of the depth",
        ),
        relative(
            "edge crack: K_I over domains of three sizes",
            min(intensities),
            max(intensities),
            0.005,
            "MPa sqrt(m)",
            "outer radius 0.2, 0.5 and 0.9 of the depth",
        ),
    ]
    coarse = solved_block(DEPTH_UM, 4 * tip_ratio)
    coarse.solve(cases[1][1])
    rows.append(
        relative(
            "edge crack: K_I with tip elements 4 times larger",
            intensities[1],
            coarse.intensity(),
            0.005,
            "MPa sqrt(m)",
        )
    )
    return rows + _critical_depths(tip_ratio, die) + in_valleys(tip_ratio)


def in_valleys(tip_ratio: float = TIP_RATIO) -> list[Row]:
    """What a run does: uncracked stress and pressure, turned into K_I by superposition.

    Args:
        tip_ratio: Element size at the tip over the depth of the crack.
    """
    radius = VALLEY.wavelength_um**2 / (4 * math.pi**2 * VALLEY.amplitude_um)
    share, weight = closed.edge_crack_rule()
    load = CrackLoad(face_MPa=PRESSURE_MPa, top_MPa=PRESSURE_MPa)
    rows = []
    for depth in VALLEY_DEPTHS_UM:
        size = 2 * VALLEY.wavelength_um / depth
        block = CrackBlock(depth, size_ratio=size, tip_ratio=tip_ratio, valley=VALLEY)
        mesh = build_crack_mesh(block, MPI.COMM_SELF)
        cracked = CrackedBlock(mesh, CERAMIC, rigid_side=True)
        cracked.solve(load)
        whole = CrackedBlock(mesh, CERAMIC, rigid_side=True, shut=True)
        whole.solve(load)
        opening = PRESSURE_MPa + whole.lateral_stress(-share * depth)
        computed = math.sqrt(math.pi * depth * closed.METRES_PER_UM) * float(weight @ opening)
        rows.append(
            relative(
                f"crack {depth:g} um deep in a valley: K_I by superposition",
                cracked.intensity(),
                computed,
                SUPERPOSITION_TOLERANCE,
                "MPa sqrt(m)",
                f"depth {depth / radius:.2g} of the valley's radius, against the solved crack",
            )
        )
    return rows


def _critical_depths(tip_ratio: float, die_MPa: float) -> list[Row]:
    rows = []
    for name, toughness in TOUGHNESS.items():
        for held, lateral in (("free to widen", 0.0), ("rigid die", die_MPa)):
            depth = float(closed.critical_depth_um(toughness, PRESSURE_MPa - lateral))
            block = solved_block(depth, tip_ratio)
            block.solve(CrackLoad(face_MPa=PRESSURE_MPa, lateral_MPa=lateral))
            rows.append(
                relative(
                    f"{name}, {held}: K_I at the critical depth",
                    toughness,
                    block.intensity(),
                    TOLERANCE,
                    "MPa sqrt(m)",
                    f"critical depth {depth:.3g} um at {PRESSURE_MPa:g} MPa",
                )
            )
    return rows
