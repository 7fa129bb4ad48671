"""A script that opens a run in ParaView with everything already shown."""

from __future__ import annotations

import os
from pathlib import Path

from napress.postprocess.records import atomic as storage
from napress.postprocess.records.fields import field_index
from napress.postprocess.records.recorder import FIELDS

SCRIPT = '''"""Opens a napress run in ParaView: deformed sodium on deformed ceramic.

    paraview --script=THIS_FILE            look at it
    pvpython THIS_FILE picture.png         save a picture of the last step instead
    pvpython THIS_FILE picture.png 1.5     ... of the last written step nearest to 1.5 MPa
    pvpython THIS_FILE picture.png 300s    ... of the written step nearest to 300 s
    pvpython THIS_FILE picture.png step42  ... of the written step nearest to step 42

ParaView's time is in seconds where time passes, else the mean pressure in MPa where
that only rises, else the step. Lengths are in um and the deformation is drawn to
scale. The dark gap between the bodies is the void. If the script has been moved away
from the run, name the run folder in the environment variable NAPRESS_RUN.
"""

import json
import os
import sys

from paraview.simple import *

HERE = os.path.dirname(os.path.abspath(globals().get("__file__", ".")))
RUN = os.environ.get("NAPRESS_RUN") or os.path.normpath(os.path.join(HERE, @RUN@))
SODIUM_FIELD = ("plastic_strain", "Sodium\\nplastic strain")
CERAMIC_FIELD = ("max_shear_MPa", "Ceramic\\nmax shear (MPa)")


def nearest(written, wanted):
    """Which of the written steps is asked for; the last if nothing is."""
    if wanted is None:
        return len(written) - 1
    key, text = "pressure_MPa", wanted
    if wanted.endswith("s"):
        key, text = "time_s", wanted[:-1]
    elif wanted.startswith("step"):
        key, text = "step", wanted[4:]
    try:
        value = float(text)
    except ValueError:
        raise SystemExit(wanted + ": allowed: a pressure such as 1.5, a time 300s, step42")
    # Of two equally near the later, which is what is left of a press that was released.
    return min(reversed(range(len(written))), key=lambda i: abs(written[i].get(key, 0.0) - value))


def show(name, view):
    path = os.path.join(RUN, "fields", name + ".pvd")
    if not os.path.isfile(path):
        raise SystemExit(path + ": no such file; set NAPRESS_RUN to the run folder")
    reader = PVDReader(registrationName=name, FileName=path)
    warp = WarpByVector(registrationName=name + " deformed", Input=reader)
    warp.Vectors = ["POINTS", "displacement_um"]
    warp.ScaleFactor = 1.0
    display = Show(warp, view)
    display.SetRepresentationType("Surface")
    # Quadratic cells: draw their curved sides.
    display.NonlinearSubdivisionLevel = 2
    return warp, display, list(reader.TimestepValues)


def colour(warp, display, view, field, preset, corner):
    array, title = field
    ColorBy(display, ("CELLS", array))
    colours = GetColorTransferFunction(array)
    colours.ApplyPreset(preset, True)
    low, high = warp.CellData[array].GetRange()
    colours.RescaleTransferFunction(min(low, 0.0), high if high > low else low + 1.0)
    display.SetScalarBarVisibility(view, True)
    bar = GetScalarBar(colours, view)
    bar.Title = title
    bar.ComponentTitle = ""
    bar.Orientation = "Vertical"
    bar.WindowLocation = "Any Location"
    bar.Position = corner
    bar.ScalarBarLength = 0.3
    bar.TitleFontSize = 15
    bar.LabelFontSize = 13
    bar.AddRangeLabels = 0


view = GetActiveViewOrCreate("RenderView")
view.ViewSize = [1280, 760]
view.UseColorPaletteForBackground = 0
view.BackgroundColorMode = "Single Color"
view.Background = [0.07, 0.07, 0.09]
view.OrientationAxesVisibility = 0

sodium, sodium_display, times = show("sodium", view)
ceramic, ceramic_display, _ = show("ceramic", view)

scene = GetAnimationScene()
scene.UpdateAnimationUsingDataTimeSteps()
with open(os.path.join(RUN, "fields", "index.json")) as index:
    written = json.load(index)
shown = times[nearest(written, sys.argv[2] if len(sys.argv) > 2 else None)]
scene.AnimationTime = shown
view.ViewTime = shown
# The first render places the camera by itself: let it, before we place ours.
Render(view)
colour(sodium, sodium_display, view, SODIUM_FIELD, "Plasma (matplotlib)", [0.85, 0.57])
colour(ceramic, ceramic_display, view, CERAMIC_FIELD, "Viridis (matplotlib)", [0.85, 0.1])

# The true pressure is field data of every file; ParaView's time need not be it.
clock = PythonAnnotation(registrationName="pressure", Input=sodium)
clock.ArrayAssociation = "Field Data"
words = "'Mean pressure\\\\n%.4g MPa' % pressure_MPa[0]"
if any(step.get("time_s", 0.0) > 0.0 for step in written):
    words = "'Mean pressure\\\\n%.4g MPa\\\\nafter %.4g s' % (pressure_MPa[0], time_s[0])"
clock.Expression = words
label = Show(clock, view)
label.WindowLocation = "Upper Left Corner"
label.FontSize = 16

# The interface lies where the bodies meet: bottom of the sodium, top of the ceramic.
upper = sodium.GetDataInformation().GetBounds()
lower = ceramic.GetDataInformation().GetBounds()
flat = lower[5] - lower[4] < 1e-9
axis = 1 if flat else 2
level = 0.5 * (upper[2 * axis] + lower[2 * axis + 1])
width = lower[1] - lower[0]
centre = [0.5 * (lower[0] + lower[1]), 0.5 * (lower[2] + lower[3]), 0.5 * (lower[4] + lower[5])]
centre[axis] = level - 0.08 * width
view.CameraFocalPoint = centre
if flat:
    view.InteractionMode = "2D"
    view.UseLight = 0
    view.CameraPosition = [centre[0], centre[1], centre[2] + 10.0 * width]
    view.CameraViewUp = [0.0, 1.0, 0.0]
else:
    view.CameraPosition = [centre[0] + width, centre[1] - 2.5 * width, centre[2] + width]
    view.CameraViewUp = [0.0, 0.0, 1.0]
view.CameraParallelProjection = 1
view.CameraParallelScale = 0.5 * width * (760.0 / 1280.0) * (1.5 if flat else 2.4)
Render(view)

picture = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("NAPRESS_PICTURE")
if picture and picture.endswith(".png"):
    SaveScreenshot(picture, view, ImageResolution=[1280, 760])
'''


def write_paraview_script(run_folder: Path, path: Path | None = None) -> Path:
    """Write the ParaView script of a run.

    The script finds the run relative to itself, so both can be moved together.

    Args:
        run_folder: The run; its fields must have been written.
        path: Script to write; ``open_in_paraview.py`` in the run if not given.

    Returns:
        The script.

    Raises:
        ValueError: If the run has no fields.
    """
    run_folder = Path(run_folder)
    if not field_index(run_folder / FIELDS):
        raise ValueError(f"{run_folder / FIELDS}: no fields to show")
    path = Path(path) if path is not None else run_folder / "open_in_paraview.py"
    relative = Path(os.path.relpath(run_folder.resolve(), path.parent.resolve())).as_posix()
    storage.write_text(path, SCRIPT.replace("@RUN@", repr(relative)))
    return path
