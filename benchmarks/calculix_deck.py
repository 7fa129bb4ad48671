"""The benchmark's problem as a CalculiX input deck, and CalculiX's answers read back.

The deck is what got CalculiX furthest: finite strains (NLGEOM), fully integrated
eight-node bricks one layer thick for plane strain, surface-to-surface penalty contact with
sodium as the slave, a rigid platen that is moved down. Units µm, MPa, µN.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import meshio
import numpy as np
from numpy.typing import NDArray

# Faces of a brick whose first four nodes run round its front: between nodes 1 and 2, 3 and 4.
LOWER_FACE, UPPER_FACE = "S3", "S5"

# As in napress.postprocess.measures.interface.
CONTACT_GAP_UM = 1e-3


@dataclass(frozen=True)
class SinusoidPress:
    """Sodium on one wavelength of a sinusoidal ceramic, frictionless, plane strain.

    Attributes:
        wavelength_um: Length of the cell.
        amplitude_um: Half the height between valley and peak of the ceramic.
        ceramic_thickness_um: From its base to the mean line of its surface.
        sodium_thickness_um: Of the sodium, flat at first touch.
        ceramic_young_MPa: Young's modulus of the ceramic.
        ceramic_poisson: Poisson's ratio of the ceramic.
        sodium_young_MPa: Young's modulus of sodium.
        sodium_poisson: Poisson's ratio of sodium.
        sodium_yield_MPa: Yield stress of sodium.
        sodium_hardening_MPa: Slope of flow stress over plastic strain.
        pressure_MPa: Mean pressure to reach.
        elements: Interface elements in the wavelength.
        layer_growth: Ratio of heights of neighbouring layers of bricks, from the interface away.
            At 128 elements 1.15 gives as many nodes as napress has, half the time, and a void of
            6.1 um2 at 2 MPa where 4.1 is right; 1.05 gives twice the nodes and 4.5 um2.
    """

    wavelength_um: float = 20.0
    amplitude_um: float = 1.0
    ceramic_thickness_um: float = 40.0
    sodium_thickness_um: float = 20.0
    ceramic_young_MPa: float = 70e3
    ceramic_poisson: float = 0.25
    sodium_young_MPa: float = 4600.0
    sodium_poisson: float = 0.33
    sodium_yield_MPa: float = 1.0
    sodium_hardening_MPa: float = 2.0
    pressure_MPa: float = 360.0
    elements: int = 128
    layer_growth: float = 1.05

    @property
    def platen_travel_um(self) -> float:
        """Travel that surely exceeds the wanted pressure: voids filled, then squeezed.

        Closed voids leave uniaxial strain, in which sodium of shear strength near zero answers
        with its bulk modulus K and the ceramic with M = E(1-ν)/((1+ν)(1-2ν)); 5 % is added.
        """
        bulk = self.sodium_young_MPa / (3 * (1 - 2 * self.sodium_poisson))
        nu = self.ceramic_poisson
        uniaxial = self.ceramic_young_MPa * (1 - nu) / ((1 + nu) * (1 - 2 * nu))
        squeezed = self.pressure_MPa * (
            self.sodium_thickness_um / bulk + self.ceramic_thickness_um / uniaxial
        )
        return self.amplitude_um + 1.05 * squeezed


@dataclass(frozen=True)
class DeckOptions:
    """How CalculiX is asked to solve it.

    Whether it gets past the closing of the voids hangs on small things: at 128 elements a contact
    stiffness of 1e4 MPa/um gets through with a layer growth of 1.05 and not with 1.15, and 3e3 and
    3e4 the other way round; shorter steps do not help. So the benchmark tries several.

    What fails: wedges (C3D6) instead of bricks, at 0.5 MPa with 64 elements; incompatible modes
    (C3D8I) at once and reduced integration (C3D8R) at 3 MPa with 32; steps of 0.2 um at 3 MPa with
    64. Steps of 0.05 and 0.02 um differ in void by less than 1 % of the initial void.

    Attributes:
        element: CalculiX element type, C3D8 or a variant of it.
        contact_stiffness_MPa_per_um: Slope of contact pressure over penetration.
        open_step_um: Largest platen travel in an increment while there are voids.
        closed_step_um: The same once they are closed.
    """

    element: str = "C3D8"
    contact_stiffness_MPa_per_um: float = 1e4
    open_step_um: float = 0.05
    closed_step_um: float = 0.1


def graded_heights(total_um: float, first_um: float, growth: float) -> NDArray[np.float64]:
    """Return heights from 0 to ``total_um`` whose spacing starts at ``first_um`` and grows."""
    layers = int(np.ceil(np.log1p(total_um / first_um * (growth - 1)) / np.log(growth)))
    heights = np.concatenate([[0.0], np.cumsum(growth ** np.arange(layers))])
    return heights * (total_um / heights[-1])


def _bricks(lower_um: NDArray[np.float64], x_um: NDArray[np.float64], height_um, depth_um: float):
    """Return points and bricks of columns over ``x_um`` from ``lower_um`` by ``height_um``.

    ``height_um`` is (layers + 1, columns + 1). Bricks are numbered row by row from below.
    """
    rows, columns = height_um.shape
    y = lower_um + height_um
    front = np.stack([np.broadcast_to(x_um, y.shape), y, np.zeros_like(y)], axis=-1).reshape(-1, 3)
    points = np.concatenate([front, front + [0.0, 0.0, depth_um]])
    node = np.arange(rows * columns).reshape(rows, columns)
    around = [node[:-1, :-1], node[:-1, 1:], node[1:, 1:], node[1:, :-1]]
    quads = np.stack(around, axis=-1).reshape(-1, 4)
    return points, np.concatenate([quads, quads + len(front)], axis=1)


def build_mesh(problem: SinusoidPress) -> meshio.Mesh:
    """Return ceramic and sodium in bricks, with the sets the deck refers to."""
    x = np.linspace(0.0, problem.wavelength_um, problem.elements + 1)
    depth = problem.wavelength_um / problem.elements
    surface = problem.amplitude_um * np.cos(2 * np.pi * x / problem.wavelength_um)

    down = graded_heights(problem.ceramic_thickness_um, depth, problem.layer_growth)
    fraction = (1 - down[::-1] / problem.ceramic_thickness_um)[:, None]
    base = np.full_like(x, -problem.ceramic_thickness_um)
    ceramic_points, ceramic = _bricks(base, x, fraction * (surface - base), depth)

    up = graded_heights(problem.sodium_thickness_um, depth, problem.layer_growth)
    touch = np.full_like(x, problem.amplitude_um)
    sodium_height = np.broadcast_to(up[:, None], (len(up), len(x)))
    sodium_points, sodium = _bricks(touch, x, sodium_height, depth)
    sodium = sodium + len(ceramic_points)

    points = np.concatenate([ceramic_points, sodium_points])
    cells = np.concatenate([ceramic, sodium])
    top = problem.amplitude_um + problem.sodium_thickness_um
    columns, first_sodium = problem.elements, len(ceramic)
    on_side = (points[:, 0] == x[0]) | (points[:, 0] == x[-1])
    return meshio.Mesh(
        points,
        [("hexahedron", cells)],
        point_sets={
            "ALL": np.arange(len(points)),
            "BASE": np.flatnonzero(np.isclose(points[:, 1], -problem.ceramic_thickness_um)),
            "PLATEN": np.flatnonzero(np.isclose(points[:, 1], top)),
            "PLATENNODE": np.flatnonzero(np.isclose(points[:, 1], top))[:1],
            "SIDES": np.flatnonzero(on_side),
            "CERAMICFACE": np.arange(len(down) * len(x))[-len(x) :],
            "SODIUMFACE": len(ceramic_points) + np.arange(len(x)),
        },
        cell_sets={
            "CERAMIC": [np.arange(first_sodium)],
            "SODIUM": [np.arange(first_sodium, len(cells))],
            "CERAMICTOP": [np.arange(first_sodium - columns, first_sodium)],
            "SODIUMBOTTOM": [np.arange(first_sodium, first_sodium + columns)],
        },
    )


def _tie_back_to_front(mesh: meshio.Mesh) -> str:
    """Return equations that move the back's nodes with the front's: half the unknowns.

    Measured at 64 elements: the same digits, a quarter less time. Nodes held by a boundary
    condition are left out, since CalculiX refuses both on one degree of freedom.
    """
    count = len(mesh.points) // 2
    held = {
        1: set(mesh.point_sets["SIDES"]),
        2: {*mesh.point_sets["BASE"], *mesh.point_sets["PLATEN"]},
    }
    front = np.flatnonzero(mesh.points[:, 2] == 0.0)
    back = np.flatnonzero(mesh.points[:, 2] > 0.0)
    assert len(front) == len(back) == count
    return "".join(
        f"*EQUATION\n2\n{follower + 1}, {axis}, 1., {leader + 1}, {axis}, -1.\n"
        for leader, follower in zip(front, back, strict=True)
        for axis in (1, 2)
        if leader not in held[axis]
    )


def _step(travel_um: float, first: float, largest: float) -> str:
    """Return the step that moves the platen to ``travel_um``; increments as parts of the step."""
    return f"""*STEP, NLGEOM, INC=100000
*STATIC
{first:.6e}, 1., 1e-7, {largest:.6e}
*BOUNDARY
PLATEN, 2, 2, {-travel_um:.9e}
*NODE PRINT, NSET=PLATEN, TOTALS=ONLY
RF
*NODE PRINT, NSET=PLATENNODE
U
*NODE PRINT, NSET=SODIUMFACE
U
*NODE PRINT, NSET=CERAMICFACE
U
*END STEP
"""


def write_deck(problem: SinusoidPress, options: DeckOptions, folder: Path) -> Path:
    """Write ``mesh.inp`` and ``press.inp`` into ``folder`` and return the latter."""
    mesh_file = folder / "mesh.inp"
    # CalculiX reads at most 20 characters a number, and not Abaqus' hybrid bricks.
    mesh = build_mesh(problem)
    meshio.write(mesh_file, mesh, file_format="abaqus", float_fmt=".10e")
    mesh_file.write_text(
        re.sub(r"(\*ELEMENT, TYPE=)\w+", rf"\g<1>{options.element}", mesh_file.read_text())
    )
    hardened = problem.sodium_yield_MPa + 10 * problem.sodium_hardening_MPa
    closed, last = 1.1 * problem.amplitude_um, problem.platen_travel_um
    stages = [
        (closed, min(0.005, options.open_step_um) / closed, options.open_step_um / closed),
        (last, *2 * [options.closed_step_um / (last - closed)]),
    ]
    deck = f"""*INCLUDE, INPUT=mesh.inp
{_tie_back_to_front(mesh)}*SURFACE, NAME=SLAVE, TYPE=ELEMENT
SODIUMBOTTOM, {LOWER_FACE}
*SURFACE, NAME=MASTER, TYPE=ELEMENT
CERAMICTOP, {UPPER_FACE}
*MATERIAL, NAME=CERAMIC
*ELASTIC
{problem.ceramic_young_MPa}, {problem.ceramic_poisson}
*MATERIAL, NAME=SODIUM
*ELASTIC
{problem.sodium_young_MPa}, {problem.sodium_poisson}
*PLASTIC
{problem.sodium_yield_MPa}, 0.
{hardened}, 10.
*SOLID SECTION, ELSET=CERAMIC, MATERIAL=CERAMIC
*SOLID SECTION, ELSET=SODIUM, MATERIAL=SODIUM
*SURFACE INTERACTION, NAME=FRICTIONLESS
*SURFACE BEHAVIOR, PRESSURE-OVERCLOSURE=LINEAR
{options.contact_stiffness_MPa_per_um}
*CONTACT PAIR, INTERACTION=FRICTIONLESS, TYPE=SURFACE TO SURFACE
SLAVE, MASTER
*BOUNDARY
ALL, 3, 3
SIDES, 1, 1
BASE, 2, 2
{"".join(_step(*stage) for stage in stages)}"""
    path = folder / "press.inp"
    path.write_text(deck)
    return path


def blocks(lines: list[str]) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Yield heading and numbers, (rows, columns), of every table in a .dat file."""
    heading, rows = "", []
    for line in [*lines, "end"]:
        words = line.split()
        if not words:
            continue
        try:
            row = [float(word) for word in words]
        except ValueError:
            if heading and rows:
                yield heading, np.array(rows)
            heading, rows = line, []
            continue
        # A last line cut off by a time-out is shorter.
        if not rows or len(row) == len(rows[0]):
            rows.append(row)


def read_history(problem: SinusoidPress, dat_file: Path) -> dict[str, NDArray[np.float64]]:
    """Return what the platen and the gap did, increment by increment.

    The gap is measured as napress does: between the deformed surfaces, vertically, in contact
    up to 1 nm.

    Args:
        problem: What was solved.
        dat_file: CalculiX's printed output; may end in the middle of an increment.

    Returns:
        Arrays (increments,): ``platen_displacement_um``, ``pressure_MPa``,
        ``contact_fraction``, ``void_area_um2``; empty if there is no increment.
    """
    mesh = build_mesh(problem)
    lines = dat_file.read_text().splitlines() if dat_file.exists() else []
    loaded = problem.wavelength_um * problem.wavelength_um / problem.elements
    rows = []
    tables: dict[str, NDArray[np.float64]] = {}
    for heading, numbers in blocks(lines):
        title = re.search(r"(force|displacements) .*for set (\w+) and time", heading)
        if not title:
            continue
        kind, name = title.groups()
        tables[f"{name} {kind}"] = numbers
        if name != "CERAMICFACE" or len(numbers) <= problem.elements:
            continue
        sodium = _moved_surface(mesh, tables["SODIUMFACE displacements"])
        ceramic = _moved_surface(mesh, numbers)
        x = np.linspace(0.0, problem.wavelength_um, 20 * problem.elements + 1)
        gap = np.interp(x, *sodium.T) - np.interp(x, *ceramic.T)
        rows.append(
            (
                -tables["PLATENNODE displacements"][0, 2],
                -tables["PLATEN force"][0, 1] / loaded,
                np.mean(gap <= CONTACT_GAP_UM),
                np.trapezoid(np.maximum(gap, 0.0), x),
            )
        )
    names = ("platen_displacement_um", "pressure_MPa", "contact_fraction", "void_area_um2")
    columns = np.array(rows).reshape(-1, len(names)).T
    return dict(zip(names, columns, strict=True))


def _moved_surface(mesh: meshio.Mesh, displacement: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the deformed surface (nodes, 2) from rows of node number and displacement."""
    return mesh.points[displacement[:, 0].astype(int) - 1, :2] + displacement[:, 1:3]
