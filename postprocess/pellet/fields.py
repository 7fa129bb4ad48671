"""Fields of a pellet for ParaView: one file per load and a collection of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from napress.fem.pellet.press import PelletSnapshot
from napress.postprocess.measures.stress import max_shear, principal_stress
from napress.postprocess.records import atomic
from napress.postprocess.records.fields import collection

COLLECTION = "pellet.pvd"


def write_pellet_fields(folder: Path, snapshots: Sequence[PelletSnapshot]) -> Path:
    """Writes the stress in the pellet at every load.

    Args:
        folder: The ``fields`` folder of a run; made if missing.
        snapshots: The loads.

    Returns:
        The collection, whose time is the mean pressure in MPa.
    """
    import pyvista

    names = []
    for number, one in enumerate(snapshots, start=1):
        corners = one.cells.shape[1]
        kind = pyvista.CellType.TRIANGLE if corners == 3 else pyvista.CellType.TETRA
        points = np.zeros((len(one.points_um), 3))
        points[:, : one.points_um.shape[1]] = one.points_um
        grid = pyvista.UnstructuredGrid({kind: one.cells}, points)
        principal = principal_stress(one.cell_stress_MPa)
        for name, values in {
            "stress_MPa": one.cell_stress_MPa,
            "max_principal_MPa": principal[:, 0],
            "max_shear_MPa": max_shear(principal),
        }.items():
            grid.cell_data[name] = np.asarray(values, dtype=np.float32)
        grid.field_data["pressure_MPa"] = [one.mean_MPa]
        names.append(f"pellet_{number:06d}.vtu")
        with atomic.replacing(Path(folder) / names[-1]) as aside:
            grid.save(aside, binary=True)
    path = Path(folder) / COLLECTION
    atomic.write_text(path, collection(names, [one.mean_MPa for one in snapshots]))
    return path


SCRIPT = '''"""Opens a pellet run of napress in ParaView: largest principal stress of the ceramic.

    paraview --script=THIS_FILE            look at it
    pvpython THIS_FILE picture.png         save a picture of the last load instead

The time is the mean pressure in MPa, lengths are in um. An axisymmetric pellet is shown as
its section: radius to the right, the axis upwards.
"""

import os
import sys

from paraview.simple import *

HERE = os.path.dirname(os.path.abspath(globals().get("__file__", ".")))
RUN = os.environ.get("NAPRESS_RUN", HERE)
pellet = PVDReader(registrationName="pellet", FileName=os.path.join(RUN, "fields", "pellet.pvd"))
view = GetActiveViewOrCreate("RenderView")
shown = Show(pellet, view)
shown.SetRepresentationType("Surface With Edges")
ColorBy(shown, ("CELLS", "max_principal_MPa"))
scene = GetAnimationScene()
scene.UpdateAnimationUsingDataTimeSteps()
scene.AnimationTime = list(pellet.TimestepValues)[-1]
view.ViewTime = scene.AnimationTime
shown.RescaleTransferFunctionToDataRange(False, True)
bar = GetScalarBar(GetColorTransferFunction("max_principal_MPa"), view)
bar.Title, bar.ComponentTitle = "largest principal stress (MPa)", ""
shown.SetScalarBarVisibility(view, True)
ResetCamera(view)
Render(view)
if len(sys.argv) > 1 and sys.argv[1].endswith(".png"):
    SaveScreenshot(sys.argv[1], view, ImageResolution=[1280, 760])
'''
SCRIPT_FILE = "open_in_paraview.py"


def write_pellet_script(folder: Path) -> Path:
    """Writes the script that opens a pellet run.

    Raises:
        ValueError: If it has no fields.
    """
    if not (Path(folder) / "fields" / COLLECTION).is_file():
        raise ValueError(f"{folder}: no fields; allowed: a pellet run that reached a load")
    path = Path(folder) / SCRIPT_FILE
    atomic.write_text(path, SCRIPT)
    return path
