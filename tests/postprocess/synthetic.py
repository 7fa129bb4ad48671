"""Snapshots made from formulas: a sinusoidal gap that closes as pressure grows.

The ceramic carries the stress of full contact under ``p + p1 cos(kx)`` on a half
plane (maximum shear ``p1 kz exp(-kz)``, textbook) whatever the contact is.
"""

from __future__ import annotations

import numpy as np

from napress.fem.snapshot import BodySnapshot, EnergyBalance, InterfaceSnapshot, Snapshot
from napress.postprocess.fracture.verdict import fracture_summary, strength_columns
from napress.postprocess.measures.depth import cell_depth

WAVELENGTH_UM = 20.0
AMPLITUDE_UM = 1.0
CERAMIC_UM = 40.0
SODIUM_UM = 10.0
GAUSS, WEIGHT = np.polynomial.legendre.leggauss(3)


def wave(x, amplitude=AMPLITUDE_UM, wavelength=WAVELENGTH_UM):
    """Ceramic surface: peaks at y = 0, valleys at -2 amplitude."""
    return amplitude * (np.cos(2 * np.pi * x / wavelength) - 1.0)


def descent(pressure_MPa, amplitude=AMPLITUDE_UM):
    """How deep the sodium has sunk into the valley; the whole of it at 12 MPa."""
    share = 1.0 - np.exp(-pressure_MPa / 2.0)
    return 2 * amplitude * min(share / (1.0 - np.exp(-6.0)), 1.0)


def gap_at(x, pressure_MPa, amplitude=AMPLITUDE_UM):
    """Gap above the ceramic."""
    return np.maximum(-wave(x, amplitude) - descent(pressure_MPa, amplitude), 0.0)


def triangles(columns, rows, place):
    """Structured P2 triangles; ``place(x01, t01)`` maps the unit square to (x, y)."""
    nx, ny = 2 * columns + 1, 2 * rows + 1
    u, t = np.meshgrid(np.linspace(0, 1, nx), np.linspace(0, 1, ny), indexing="ij")
    x, y = place(u.ravel(), t.ravel())
    points = np.stack([x, y, np.zeros_like(x)], axis=1)

    def node(i, j):
        return i * ny + j

    cells = []
    for i in range(0, nx - 1, 2):
        for j in range(0, ny - 1, 2):
            for a, b, c in (
                ((i, j), (i + 2, j), (i + 2, j + 2)),
                ((i, j), (i + 2, j + 2), (i, j + 2)),
            ):
                mids = [
                    ((p[0] + q[0]) // 2, (p[1] + q[1]) // 2) for p, q in ((a, b), (b, c), (c, a))
                ]
                cells.append([node(*n) for n in (a, b, c, *mids)])
    return points, np.array(cells, dtype=np.int64)


def cell_volume(points, cells):
    """Area of each triangle from its corners."""
    a, b, c = (points[cells[:, i], :2] for i in range(3))
    (ux, uy), (vx, vy) = (b - a).T, (c - a).T
    return 0.5 * np.abs(ux * vy - uy * vx)


def half_plane_stress(x, depth, pressure, ripple, lateral=1.0, wavelength=WAVELENGTH_UM):
    """Stress below p + p1 cos(kx); lateral is the share of p that acts sideways."""
    kz = 2 * np.pi * depth / wavelength
    wave_part = ripple * np.exp(-kz) * np.cos(2 * np.pi * x / wavelength)
    shear = ripple * kz * np.exp(-kz) * np.sin(2 * np.pi * x / wavelength)
    xx = -lateral * pressure - wave_part * (1 - kz)
    yy = -pressure - wave_part * (1 + kz)
    zero = np.zeros_like(x)
    return np.stack([xx, yy, 0.5 * (xx + yy), -shear, zero, zero], axis=1)


def make_interface(pressure_MPa, facets=64, amplitude=AMPLITUDE_UM, waves=1):
    """Contact surface with three Gauss points per facet over ``waves`` wavelengths."""
    size = waves * WAVELENGTH_UM / facets
    x = size * (np.arange(facets)[:, None] + 0.5 + 0.5 * GAUSS)
    gap = gap_at(x, pressure_MPa, amplitude)
    contact = gap <= 0.0
    area = np.broadcast_to(size * WEIGHT / 2, x.shape).copy()
    share = max(float(np.average(contact, weights=area)), 1e-12)
    first = np.arange(facets - 1)
    return InterfaceSnapshot(
        position_um=np.stack([x, wave(x, amplitude) + gap], axis=-1),
        gap_um=gap,
        pressure_MPa=np.where(contact, pressure_MPa / share, 0.0),
        area_um=area,
        adjacent_facets=np.stack([first, first + 1], axis=1),
        facet_size_um=size,
    )


def make_ceramic(
    pressure_MPa=10.0, ripple_MPa=4.0, columns=24, rows=16, amplitude=AMPLITUDE_UM, lateral=1.0
):
    """Ceramic block below the wave, rows graded towards the surface."""

    def place(u, t):
        depth = CERAMIC_UM * (1 - t) ** 2
        x = WAVELENGTH_UM * u
        return x, -depth + wave(x, amplitude) * (1 - depth / CERAMIC_UM)

    points, cells = triangles(columns, rows, place)
    middle = points[cells[:, :3]].mean(axis=1)
    depth = wave(middle[:, 0], amplitude) - middle[:, 1]
    shift = np.zeros_like(points)
    shift[:, 1] = -0.002 * pressure_MPa * (points[:, 1] + CERAMIC_UM) / CERAMIC_UM
    return BodySnapshot(
        points_um=points,
        cells=cells,
        cell_type=22,
        point_data={"displacement_um": shift},
        cell_data={
            "stress_MPa": half_plane_stress(middle[:, 0], depth, pressure_MPa, ripple_MPa, lateral),
            "volume_um": cell_volume(points, cells),
        },
    )


def make_sodium(pressure_MPa=10.0, columns=24, rows=8, amplitude=AMPLITUDE_UM):
    """Sodium block above y = 0 that sinks into the wave."""
    points, cells = triangles(columns, rows, lambda u, t: (WAVELENGTH_UM * u, SODIUM_UM * t**2))
    x, y = points[:, 0], points[:, 1]
    gap = gap_at(x, pressure_MPa, amplitude)
    ceramic_shift = -0.002 * pressure_MPa
    bottom = wave(x, amplitude) + gap + ceramic_shift
    share = np.exp(-y / 3.0)
    shift = np.zeros_like(points)
    shift[:, 1] = share * bottom + (1 - share) * bottom.mean()
    surface = y == 0.0
    middle = points[cells[:, :3]].mean(axis=1)
    plastic = 2.0 * np.exp(-middle[:, 1] / 3.0) * descent(pressure_MPa, amplitude)
    return BodySnapshot(
        points_um=points,
        cells=cells,
        cell_type=22,
        point_data={
            "displacement_um": shift,
            "gap_um": np.where(surface, gap, np.nan),
            "contact_pressure_MPa": np.where(surface, np.where(gap > 0, 0.0, pressure_MPa), np.nan),
        },
        cell_data={
            "stress_MPa": half_plane_stress(middle[:, 0], middle[:, 1], pressure_MPa, 0.5),
            "volume_um": cell_volume(points, cells),
            "plastic_strain": plastic,
            "pressure_MPa": np.full(len(cells), float(pressure_MPa)),
        },
    )


def make_snapshot(step, pressure_MPa, *, is_target=False, lateral=0.35, **interface):
    """One whole step."""
    nominal = WAVELENGTH_UM * interface.get("waves", 1)
    touch = make_interface(0.0, **interface)
    return Snapshot(
        step=step,
        dimension=2,
        pressure_MPa=pressure_MPa,
        platen_displacement_um=0.5 * descent(pressure_MPa) + 0.002 * pressure_MPa,
        nominal_area_um=nominal,
        initial_void_um=float((touch.gap_um * touch.area_um).sum()),
        sodium_volume_um=200.0 * (1 - pressure_MPa / 8500.0),
        sodium_volume_initial_um=200.0,
        interface=make_interface(pressure_MPa, **interface),
        sodium=make_sodium(pressure_MPa),
        ceramic=make_ceramic(pressure_MPa, 0.5 * pressure_MPa, lateral=lateral),
        energy=EnergyBalance(
            10.0 * pressure_MPa, 1.0 * pressure_MPa, 6.0 * pressure_MPa, 2.95 * pressure_MPa
        ),
        newton_iterations=6 if step else 0,
        rejected_attempts=1 if step == 3 else 0,
        step_error_percent=0.02 if step else 0.0,
        is_target=is_target,
        timers_s={"assembly": 0.5 * step, "linear_solve": 0.25 * step},
    )


PRESSURES_MPA = (
    0.0,
    0.2,
    0.5,
    0.8,
    1.2,
    1.8,
    2.5,
    3.5,
    5.0,
    7.0,
    9.0,
    12.0,
    30.0,
    100.0,
    200.0,
    360.0,
)
TARGETS_MPA = (0.5, 1.2, 5.0, 12.0, 100.0, 360.0)


class StrengthOnly:
    """An observer: use of strength in the solved cell as it is."""

    def __init__(self, strength):
        self.strength = strength

    def columns(self, snapshot):
        return strength_columns(snapshot.ceramic, self.strength, cell_depth(snapshot.ceramic))

    def summary(self, history):
        return {"fracture": fracture_summary(history, self.strength)}


def record_run(folder, strength=None, **finish):
    """A whole run folder, its fields at targets; returns the summary."""
    from napress.postprocess.records.recorder import Recorder

    recorder = Recorder(folder, 2, [StrengthOnly(strength)] if strength else [])
    for step, pressure in enumerate(PRESSURES_MPA):
        recorder.on_step(make_snapshot(step, pressure, is_target=pressure in TARGETS_MPA))
    return recorder.finish(**({"wall_s": 20.0, "cpu_s": 19.0, "peak_memory_MB": 300.0} | finish))


def make_tetra_body(divisions=3, size=6.0, surface=lambda x, y: 0.0 * x):
    """A P2 tetrahedral block (Kuhn split) whose top is ``surface(x, y)``; no stress."""
    n = 2 * divisions + 1
    u = np.stack(np.meshgrid(*3 * [np.linspace(0, 1, n)], indexing="ij"), -1).reshape(-1, 3)
    points = u * size
    points[:, 2] = -size * (1 - u[:, 2]) + u[:, 2] * surface(points[:, 0], points[:, 1])

    def node(index):
        return (index[0] * n + index[1]) * n + index[2]

    edges = ((0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3))
    cells = []
    for corner in np.ndindex(divisions, divisions, divisions):
        for order in ((0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 2, 1), (1, 0, 2), (2, 1, 0)):
            walk = [2 * np.array(corner)]
            for axis in order:
                walk.append(walk[-1] + 2 * np.eye(3, dtype=int)[axis])
            if order in ((0, 2, 1), (1, 0, 2), (2, 1, 0)):
                walk[1], walk[2] = walk[2], walk[1]
            mids = [(walk[a] + walk[b]) // 2 for a, b in edges]
            cells.append([node(w) for w in (*walk, *mids)])
    cells = np.array(cells, dtype=np.int64)
    a, b, c, d = (points[cells[:, i]] for i in range(4))
    volume = np.abs(np.einsum("ij,ij->i", b - a, np.cross(c - a, d - a))) / 6
    return BodySnapshot(
        points_um=points,
        cells=cells,
        cell_type=24,
        point_data={"displacement_um": np.zeros_like(points)},
        cell_data={"stress_MPa": np.zeros((len(cells), 6)), "volume_um": volume},
    )


def make_snapshot_3d(step, pressure_MPa, is_target=False):
    """A 3-D step: egg-box ceramic below, block of sodium above, square facets."""
    size, n = 6.0, 12

    def surface(x, y):
        return 0.25 * (np.cos(2 * np.pi * x / size) * np.cos(2 * np.pi * y / size) - 1.0)

    ceramic = make_tetra_body(3, size, surface)
    middle = ceramic.points_um[ceramic.cells[:, :4]].mean(axis=1)
    depth = surface(middle[:, 0], middle[:, 1]) - middle[:, 2]
    stress = half_plane_stress(middle[:, 0], depth, pressure_MPa, 0.5 * pressure_MPa, 1.0, size)
    ceramic.cell_data["stress_MPa"] = stress[:, [0, 2, 1, 5, 4, 3]]
    sodium = make_tetra_body(2, size)
    sodium.points_um[:, 2] += size
    nan = np.full(len(sodium.points_um), np.nan)
    sodium.point_data.update(gap_um=nan, contact_pressure_MPa=nan)
    sodium.cell_data.update(
        plastic_strain=np.full(len(sodium.cells), 0.1),
        pressure_MPa=np.full(len(sodium.cells), float(pressure_MPa)),
    )
    x, y = np.meshgrid((np.arange(n) + 0.5) * size / n, (np.arange(n) + 0.5) * size / n)
    x, y = x.reshape(-1, 1), y.reshape(-1, 1)
    gap = np.maximum(-surface(x, y) - 0.5 * min(pressure_MPa / 10.0, 1.0), 0.0)
    number = np.arange(n * n).reshape(n, n)
    pairs = np.concatenate(
        [
            np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], 1),
            np.stack([number[:-1].ravel(), number[1:].ravel()], 1),
        ]
    )
    interface = InterfaceSnapshot(
        position_um=np.stack([x, y, surface(x, y) + gap], axis=-1),
        gap_um=gap,
        pressure_MPa=np.full_like(gap, pressure_MPa),
        area_um=np.full_like(gap, (size / n) ** 2),
        adjacent_facets=pairs,
        facet_size_um=size / n,
    )
    return Snapshot(
        step=step,
        dimension=3,
        pressure_MPa=pressure_MPa,
        platen_displacement_um=0.1 * pressure_MPa,
        nominal_area_um=size**2,
        initial_void_um=float((-surface(x, y)).sum() * (size / n) ** 2),
        sodium_volume_um=215.0,
        sodium_volume_initial_um=216.0,
        interface=interface,
        sodium=sodium,
        ceramic=ceramic,
        energy=EnergyBalance(),
        newton_iterations=5,
        rejected_attempts=0,
        step_error_percent=0.1,
        is_target=is_target,
    )
