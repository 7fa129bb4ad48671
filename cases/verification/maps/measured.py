"""Measured surfaces through the reader and the levelling, against waves of closed form."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import numpy as np

from napress.cases.verification.rows import Row, relative

WIDTH_UM, WAVE_UM = 20.0, 0.5
POINTS = 401


def waves() -> list[Row]:
    """A sine that is level, the line its least squares remove, a parabola, a map."""
    from napress.meshes.measured.map import MeasuredMap
    from napress.meshes.measured.profile import read_profile
    from napress.meshes.measured.treatment import Treatment
    from napress.meshes.statistics import measure_surface
    from napress.meshes.surfaces import build_surface

    x = np.linspace(0.0, WIDTH_UM, POINTS)
    sine = WAVE_UM * np.sin(2 * math.pi * x / WIDTH_UM)
    # millimetres, nanometres, decimal commas and descending, as an export may be
    lines = [f"{a / 1e3:.6f};{b * 1e3:.4f}".replace(".", ",") for a, b in zip(x, sine, strict=True)]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scan.txt"
        path.write_text("\n".join(["x [mm];z [nm]", *reversed(lines)]), encoding="utf-16")
        for level, expected in (
            ("none", WAVE_UM / math.sqrt(2)),
            # the least-squares line of one sine takes 3 / pi^2 of its square
            ("line", WAVE_UM * math.sqrt(0.5 - 3 / math.pi**2)),
        ):
            treatment = Treatment(level=level, cutoff_um=0.5)
            scan = read_profile(path, treatment=treatment)
            found = measure_surface(build_surface(scan, WIDTH_UM)).rq_um
            rows.append(relative(f"Rq of a sine, level = {level}", expected, found, 0.01, "um"))
    slope = scan.treated(WIDTH_UM).slope_removed[0]
    expected = 6 * WAVE_UM / (math.pi * WIDTH_UM)
    rows.append(relative("slope of its least-squares line", expected, abs(slope), 0.01, "1"))
    y = np.linspace(0.0, WIDTH_UM, 161)
    up, across = np.meshgrid(y, y, indexing="ij")
    height = 0.2 * np.cos(2 * math.pi * across / 10) + 0.1 * np.cos(2 * math.pi * up / 5)
    tilted = MeasuredMap((y[1], y[1]), height + 0.1 * across - 0.05 * up, Treatment(cutoff_um=2.0))
    found = measure_surface(build_surface(tilted, WIDTH_UM, 3))
    rq, steep = math.hypot(0.2, 0.1) / math.sqrt(2), math.hypot(0.2 / 10, 0.1 / 5) * 2 * math.pi
    rows.append(relative("Rq of two waves of a tilted map", rq, found.rq_um, 0.01, "um"))
    rows.append(relative("rms slope of the map", steep / math.sqrt(2), found.rms_slope, 0.01, "1"))
    return rows
