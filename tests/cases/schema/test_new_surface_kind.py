"""A surface kind of one's own is one file and one line: done here, in a copy of the project."""

import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]

WEDGES = '''"""A row of rounded wedges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from napress.cases.schema.surfaces.kind import HEIGHT, SurfaceKind, field, kind_of
from napress.cases.values.fields import count
from napress.meshes.surface_components import Shape, along_x, lateral_widths


@dataclass(frozen=True)
class Component:
    """Powers of a cosine."""

    height_um: float
    number: int

    def bind(self, width_um: Any, dimension: int) -> Shape:
        """Binds the component to a cell."""
        k = 2 * np.pi * self.number / lateral_widths(width_um, dimension)[0]

        def evaluate(points: Any) -> Any:
            c, s = np.cos(k * points[:, 0] / 2), np.sin(k * points[:, 0] / 2)
            value, slope = c**4, -2 * k * c**3 * s
            bend = k**2 * (3 * c**2 * s**2 - c**4)
            return along_x(points, *(self.height_um * part for part in (value, slope, bend)))

        return Shape(evaluate, 2 * np.pi / k / 2)


class Wedges(SurfaceKind):
    """A row of rounded wedges."""

    height_field: ClassVar[str] = "height"
    kind: kind_of("wedges")
    height: field(HEIGHT, "of a wedge, such as '1 um'")
    number: field(count(1, 100), "wedges per width")

    def to_component(self, finest_um: float, dimension: int) -> Any:
        """See `SurfaceKind.to_component`."""
        return Component(self.height, self.number)

    def least_height_um(self) -> float:
        """See `SurfaceKind.least_height_um`."""
        return self.height
'''
LINE = "from napress.cases.schema.surfaces.wedges import Wedges; KINDS += (Wedges,)\n"

CASE = """
surface = [{ kind = "wedges", height = "0.5 um", number = 2 }]
interface = { width = "10 um", elements = 64 }
program = [{ pressure = "0.5 MPa" }]
sodium = { material = "sodium-wang-2020", thickness = "10 um" }
ceramic = { material = "nzsp", thickness = "10 um" }
"""


def copy_of_the_project(folder: Path) -> Path:
    """A copy that is imported as napress, with the same folders as an installed one."""
    leave = shutil.ignore_patterns("__pycache__", "*.ipynb")
    shutil.copytree(PROJECT / "cases" / "api", folder / "napress", ignore=leave)
    for layer in ("meshes", "fem", "postprocess", "cases"):
        shutil.copytree(PROJECT / layer, folder / "napress" / layer, ignore=leave)
    return folder / "napress"


def test_one_file_and_one_line_make_a_new_kind(tmp_path):
    copy = copy_of_the_project(tmp_path)
    schema = copy / "cases" / "schema"
    (schema / "surfaces" / "wedges.py").write_text(WEDGES)
    catalogue = schema / "surface.py"
    head, end, tail = catalogue.read_text().partition("    Map,\n)\n")
    assert end
    catalogue.write_text(head + end + LINE + tail)
    (tmp_path / "case.toml").write_text(CASE)
    script = f"""
from napress.cases.schema import surface
assert surface.__file__.startswith({str(tmp_path)!r}), surface.__file__
from napress.cases.schema.checks import build_case_surface
from napress.cases.schema.load import load_case, parse_case, resolved_toml
from napress.cases.sweeps.estimate import law_cpu_s
from napress.cases.sweeps.fieldpaths import field_paths
from napress.cases.model.interface import to_model
from pathlib import Path
case = load_case({str(tmp_path / "case.toml")!r})
made = build_case_surface(case)
assert abs(made.peak_to_valley_um - 0.5) < 1e-9, made.peak_to_valley_um
assert abs(made.mean_gap_um - 0.5 * 5 / 8) < 1e-9, made.mean_gap_um
assert parse_case(resolved_toml(case).encode(), "again", Path()) == case
assert law_cpu_s(case) > 0
assert len(to_model(case).surface) == 1
fields = field_paths({{"surface": [{{"kind": "wedges"}}]}})
assert "surface[0].number" in fields
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=120,
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
