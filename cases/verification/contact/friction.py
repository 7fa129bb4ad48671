"""Friction and adhesion of a block on a flat or inclined face, against Coulomb's law.

A flat ceramic is moved under a block held by the side walls: the force on the walls,
taken from the equilibrium of the block and not from the law, must be the coefficient
times the load, or the shear strength times the area. A free block on an incline must
hold while the coefficient exceeds the slope, and slide below it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import napress.meshes.backend  # noqa: F401  orders the imports below
from napress.meshes.backend import JIT_OPTIONS

import numpy as np
from dolfinx import fem, la
from dolfinx import mesh as dmesh
from mpi4py import MPI
from numpy.typing import NDArray

from napress.cases.verification.pressing.sinusoid import half_wave_problem
from napress.cases.verification.rows import CheckNotDone, Row, absolute, relative
from napress.fem.ceramic.body import Ceramic
from napress.fem.ceramic.deflection import DeflectionBasis
from napress.fem.coupled.newton import NewtonSettings
from napress.fem.coupled.problem import InterfaceProblem, build_system
from napress.fem.coupled.system import CoupledSystem
from napress.fem.coupled.unknowns import Evaluation, State
from napress.fem.inputs.contact_law import COULOMB, STICK, ContactLaw
from napress.fem.inputs.load_program import (
    ByDisplacement,
    ByPressure,
    PlatenControl,
    pressure_targets,
)
from napress.fem.inputs.materials import ElasticCeramic, PlasticMetal
from napress.fem.inputs.step_control import StepControl
from napress.fem.sodium.body import Sodium
from napress.fem.state.committed import AcceptedStep, commit, first_touch
from napress.fem.stepping.equilibrium import settle
from napress.fem.stepping.follow import follow
from napress.fem.timing import StageTimers
from napress.meshes.interface_mesh import Boundary, TaggedMesh, build_ceramic, build_sodium
from napress.meshes.surfaces import Flat, build_surface

Array = NDArray[np.float64]
WIDTH_UM, THICKNESS_UM, ELEMENTS = 20.0, 20.0, 16
RIGID = ElasticCeramic(young_MPa=1e9, poisson=0.25)
ELASTIC = PlasticMetal(young_MPa=4600.0, poisson=0.33, yield_MPa=1e4)
PLASTIC = PlasticMetal(young_MPa=4600.0, poisson=0.33, yield_MPa=1.0, hardening_MPa=2.0)
COEFFICIENT, LOAD_MPa, PLASTIC_LOAD_MPa = 0.3, 5.0, 30.0
SLOPE, SLIP_RESISTANCE_MPa_PER_UM = 0.2, 1.0
ADHESION_MPa = 0.5
STICK_ELEMENTS, STICK_LOAD_MPa = 16, 3.0
STICK_CONTROL = StepControl(void_error_percent=5.0)
STIFFNESS_MPa_PER_UM = 1e5
SETTLED = 1e-8  # of the contact forces


@dataclass(frozen=True)
class Incline:
    """A plane that rises across the cell up to height 0, in place of a rough surface."""

    slope: float
    widths_um: tuple[float, ...] = (WIDTH_UM,)
    dimension: int = 2
    area_um: float = WIDTH_UM

    @property
    def width_um(self) -> float:
        """Width of the cell."""
        return self.widths_um[0]

    @property
    def peak_to_valley_um(self) -> float:
        """Rise across the cell."""
        return self.slope * self.width_um

    def evaluate(self, points: Array) -> tuple[Array, Array, Array]:
        """Height (n,), slope (n, 1) and curvature (n, 1, 1) at lateral points, (n, 1)."""
        slope = np.full((len(points), 1), self.slope)
        return self.slope * (points[:, 0] - self.width_um), slope, np.zeros((len(points), 1, 1))

    def height(self, points: Array) -> Array:
        """Height alone, (n,), µm."""
        return self.evaluate(points)[0]

    def gradient(self, points: Array) -> Array:
        """Slope alone, (n, 1)."""
        return self.evaluate(points)[1]


class Block:
    """A sodium block being loaded step by step, with everything committed as in a run."""

    def __init__(self, system: CoupledSystem) -> None:
        self.system = system
        system.sodium.fields.stiffness.value = STIFFNESS_MPa_PER_UM
        self.state: State = system.initial_state()
        self.at: Evaluation = system.evaluate(self.state, ByDisplacement(0.0))
        system.sodium.remember()
        system.laws.start(self.at)
        self._wall_force = fem.form(
            system.sodium.forms.residual,
            entity_maps=[system.sodium.face.entity_map],
            jit_options=JIT_OPTIONS,
        )

    def step(self, control: PlatenControl, scale_MPa: float = LOAD_MPa) -> None:
        """Goes to the next equilibrium without committing it.

        Raises:
            CheckNotDone: If there is none.
        """
        settings = NewtonSettings(
            tolerance=SETTLED * self.system.force_scale(scale_MPa),
            max_iterations=60,
            largest_move_um=1.0,
            reuse_tangent=False,
        )
        result = settle(self.system, self.state, control, settings)
        if not result.converged:
            raise CheckNotDone(f"block: no equilibrium: {result.reason}")
        self.state, self.at = result.state, result.evaluation

    def commit(self) -> None:
        """Makes the present equilibrium the one the next step starts from."""
        commit(self.system, self.state, self.at)

    def wall_force(self) -> float:
        """Lateral force of the side walls on the block, µN."""
        vector = fem.assemble_vector(self._wall_force)
        vector.scatter_reverse(la.InsertMode.add)
        return abs(float(vector.array[self.system.sodium.fixed].sum()))

    def contact_tension(self) -> float:
        """Mean tension across the contact face, MPa."""
        area = self.system.sodium.face.reference_area * self.at.surface.area_ratio
        return -float((area * self.at.pressure).sum()) / WIDTH_UM

    def displacement(self) -> float:
        """Downward displacement of the platen, µm."""
        return -self.system.sodium.platen_value(self.state.sodium)


def held_block(metal: PlasticMetal, law: ContactLaw) -> Block:
    """A block between the side walls on a flat ceramic."""
    surface = build_surface(Flat(), WIDTH_UM)
    problem = InterfaceProblem(surface, ELEMENTS, THICKNESS_UM, THICKNESS_UM, metal, RIGID, law)
    return Block(build_system(problem, MPI.COMM_SELF))


def free_block(law: ContactLaw) -> Block:
    """A block without side walls on an incline, sheared so that it lies flush."""
    surface = Incline(SLOPE)
    body = build_sodium(WIDTH_UM, THICKNESS_UM, ELEMENTS, MPI.COMM_SELF)
    nodes = body.mesh.geometry.x
    nodes[:, 1] += SLOPE * (nodes[:, 0] - WIDTH_UM)
    tags = body.facet_tags
    kept = ~np.isin(tags.values, (Boundary.SIDE_X, Boundary.SIDE_Y))
    tags = dmesh.meshtags(body.mesh, 1, tags.indices[kept], tags.values[kept])
    sodium = Sodium(TaggedMesh(body.mesh, tags), ELASTIC, WIDTH_UM / ELEMENTS, law)
    basis = DeflectionBasis((WIDTH_UM,), (ELEMENTS,))
    ceramic_body = build_ceramic(surface, THICKNESS_UM, ELEMENTS, MPI.COMM_SELF)
    ceramic = Ceramic(ceramic_body, surface, RIGID, basis)
    return Block(CoupledSystem(sodium, ceramic, surface, StageTimers()))


def _press(block: Block, load_MPa: float) -> None:
    """Brings a block into contact and under load."""
    touch = ByDisplacement(1e-3 / STIFFNESS_MPa_PER_UM)
    for control in (touch, *(ByPressure(part * load_MPa) for part in (0.1, 1.0))):
        block.step(control, load_MPa)
        block.commit()


def _dragged(block: Block, load_MPa: float, shift_um: float, steps: int) -> float:
    """Presses, then moves the ceramic; the smallest dissipation of any point, pJ."""
    _press(block, load_MPa)
    least = 0.0
    for _ in range(steps):
        block.commit()
        block.system.laws.friction.shift_ceramic(np.array([shift_um / steps]))
        block.step(ByPressure(load_MPa), load_MPa)
        least = min(least, float(block.system.laws.friction.dissipation(block.at).min()))
    return least


def coulomb_block() -> list[Row]:
    """Friction force of held blocks, and when a free one starts to slide."""
    return [*sliding_blocks(), *incline()]


def sliding_blocks() -> list[Row]:
    """Friction force of blocks held by the walls while the ceramic moves under them."""
    elastic = held_block(ELASTIC, ContactLaw(COULOMB, COEFFICIENT))
    least = _dragged(elastic, LOAD_MPa, 0.1, 4)
    plastic = held_block(PLASTIC, ContactLaw(COULOMB, COEFFICIENT))
    least = min(least, _dragged(plastic, PLASTIC_LOAD_MPa, 0.2, 4))
    strength = float(plastic.system.sodium.flow_stress_behind_face().mean()) / math.sqrt(3)
    return [
        relative(
            "sliding elastic block: friction force over load",
            COEFFICIENT,
            elastic.wall_force() / elastic.at.reaction,
            1e-3,
            "1",
            f"flat ceramic moved 0.1 um under {LOAD_MPa:g} MPa, force taken from the walls",
        ),
        relative(
            "sliding plastic block: friction force over area, shear strength",
            strength,
            plastic.wall_force() / WIDTH_UM,
            2e-2,
            "MPa",
            f"{PLASTIC_LOAD_MPa:g} MPa, where the coefficient alone would give "
            f"{COEFFICIENT * PLASTIC_LOAD_MPa:g} MPa",
        ),
        absolute(
            "sliding blocks: least friction dissipation of any point",
            0.0,
            least,
            1e-12,
            "pJ",
            "elastic and plastic block, every step",
        ),
    ]


def incline() -> list[Row]:
    """Below the slope a block slides in proportion to what the coefficient lacks."""
    held, _, slipped = _on_incline(1.02 * SLOPE)
    lacks = (0.1, 0.02)
    slides = [_on_incline((1 - lack) * SLOPE) for lack in lacks]
    rate = (slides[0][2] - slides[1][2]) / (lacks[0] - lacks[1])
    threshold = SLOPE * (1 - lacks[1] + slides[1][2] / rate)
    return [
        relative(
            "free block on an incline that holds: shear over normal force",
            SLOPE,
            held,
            1e-3,
            "1",
            "coefficient 1.02 times the slope, friction has to carry the slope only",
        ),
        relative(
            "free block on an incline that slides: shear over normal force",
            0.9 * SLOPE,
            slides[0][0],
            1e-3,
            "1",
            "coefficient 0.9 times the slope",
        ),
        relative(
            "free block on an incline: coefficient at which it starts to slide",
            SLOPE,
            threshold,
            1e-3,
            "1",
            "sliding distance at 0.90 and 0.98 of the slope, taken to zero",
        ),
        absolute(
            "free block on an incline that holds: least slip over any that slides",
            0.0,
            slipped / slides[1][2],
            1e-2,
            "1",
            "mean motion along the face",
        ),
    ]


def _on_incline(coefficient: float) -> tuple[float, float, float]:
    """Shear over normal force, largest slip (µm) and mean lateral motion (µm) of a free block."""
    return _free_motion(free_block(ContactLaw(COULOMB, coefficient)))


def _free_motion(block: Block) -> tuple[float, float, float]:
    # Without this a sliding block has no equilibrium to be found.
    block.system.sodium.resist_slip(SLIP_RESISTANCE_MPa_PER_UM)
    _press(block, LOAD_MPa)
    before = block.at.surface.position[:, 0].mean()
    block.step(ByPressure(LOAD_MPa))
    at, laws, face = block.at, block.system.laws, block.system.sodium.face
    area = face.reference_area * at.surface.stretch
    lateral = laws.friction.traction(at)[0][:, 0]
    shear = abs(float((area * lateral).sum())) * math.hypot(1.0, SLOPE)
    normal = float((area * at.pressure).sum())
    return (
        shear / normal,
        float(laws.friction.slip(at).max()),
        abs(at.surface.position[:, 0].mean() - before),
    )


def full_stick() -> list[Row]:
    """What moves under full stick: nothing but the elastic slip of the regularisation."""
    ratio, slipped, _ = _free_motion(free_block(ContactLaw(STICK)))
    wave = half_wave_problem(STICK_ELEMENTS)
    drift, steps = _drift(replace(wave, law=ContactLaw(STICK)))
    free, _ = _drift(wave)
    return [
        relative("full stick on an incline: shear over normal force", SLOPE, ratio, 1e-3, "1"),
        absolute("full stick on an incline: slip", 0.0, slipped, 1e-12, "um", "every point"),
        absolute(
            "full stick, sodium flowing over a wave: motion along it over a facet",
            0.0,
            drift,
            1e-2,
            "1",
            f"largest of any point since it touched, {steps} steps to {STICK_LOAD_MPa:g} MPa; "
            f"frictionless it is {free:.2g}",
        ),
    ]


def _drift(problem: InterfaceProblem) -> tuple[float, int]:
    """Largest lateral motion of any point in contact since it touched, over a facet."""
    system = build_system(problem, MPI.COMM_SELF)
    start = first_touch(system, STICK_CONTROL)
    touched = np.full(len(system.sodium.face.points), np.nan)
    drift, steps = 0.0, 0

    def listen(accepted: AcceptedStep) -> None:
        nonlocal drift, steps
        at = accepted.evaluation
        lateral = at.surface.position[:, 0]
        touched[np.isnan(touched)] = lateral[np.isnan(touched)]
        touched[~at.in_contact] = np.nan
        drift = max(drift, float(np.nanmax(np.abs(lateral - touched), initial=0.0)))
        steps += 1

    outcome = follow(
        system, pressure_targets((STICK_LOAD_MPa,)), STICK_CONTROL, listen, start, start.void
    )
    if not outcome.finished:
        raise CheckNotDone(f"full stick: {outcome.reason}")
    return drift / float(system.sodium.fields.facet_size.value), steps


def adhesion() -> list[Row]:
    """A block pulled off: it holds up to the given tension and then lets go."""
    law = ContactLaw(adhesion_MPa=ADHESION_MPa)
    block = held_block(ELASTIC, law)
    _press(block, LOAD_MPa)
    firm = block.displacement()
    block.step(ByPressure(-0.98 * ADHESION_MPa))
    held = block.contact_tension()
    # Linear elastic: the platen's motion from 5 MPa to here gives that to any other load.
    further = (firm - block.displacement()) * 0.04 * ADHESION_MPa / (LOAD_MPa + 0.98 * ADHESION_MPa)
    block.commit()
    block.step(ByDisplacement(block.displacement() - further))
    parted = -block.at.reaction / WIDTH_UM
    return [
        relative(
            "adhesion: tension held at 98 % of its strength",
            0.98 * ADHESION_MPa,
            held,
            1e-3,
            "MPa",
            "elastic block drawn off a flat ceramic by the platen",
        ),
        absolute(
            "adhesion: tension left at 102 % of its strength",
            0.0,
            parted,
            1e-9,
            "MPa",
            "the face has parted as a whole",
        ),
    ]
