"""The figures of a run, made from its folder alone: four, and one more if time passes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import matplotlib
import matplotlib.patches
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from napress.postprocess.figures import style
from napress.postprocess.figures.current import current_drawings
from napress.postprocess.figures.maps import draw_gap_maps, map_drawings
from napress.postprocess.figures.spectrum import spectrum_drawings
from napress.postprocess.figures.stress import draw_depth_profile, draw_stress_map
from napress.postprocess.figures.stripping import draw_stripping, is_stripped
from napress.postprocess.figures.time import draw_in_time, has_time
from napress.postprocess.measures.interface import closure_pressures
from napress.postprocess.records.columns import head
from napress.postprocess.records.history import read_history, void_column
from napress.postprocess.records.profiles import Profile, profile_steps, read_profile
from napress.postprocess.records.recorder import FIELDS, HISTORY, PROFILES
from napress.postprocess.wording import percent_text

FIGURES = "figures"
MANIFEST = "manifest.json"
INTERFACE_CLOSURES = (0.0, 0.25, 0.5, 0.75, 0.95)


def drawings(run_folder: Path) -> dict[str, Callable[[], Figure]]:
    """What can be drawn of a run, by name; nothing is drawn before it is called.

    Args:
        run_folder: A run folder with history, interface profiles and fields.

    Raises:
        ValueError: If the run has no accepted step.
    """
    run_folder = Path(run_folder)
    history = read_history(run_folder / HISTORY)
    if history.empty:
        raise ValueError(f"{run_folder / HISTORY}: no accepted step to draw")
    in_time = {"in_time": lambda: draw_in_time(history)} if has_time(history) else {}
    if is_stripped(history):
        in_time["stripping"] = lambda: draw_stripping(history)
    return in_time | {
        "contact_and_void": lambda: draw_contact_and_void(history),
        "interface": lambda: draw_interface(history, run_folder / PROFILES),
        "ceramic_stress": lambda: draw_stress_map(run_folder / FIELDS),
        "depth_profile": lambda: draw_depth_profile(run_folder / FIELDS),
        **current_drawings(history, run_folder),
        **spectrum_drawings(history, run_folder),
        **_maps(history, run_folder),
    }


def _maps(history: pd.DataFrame, run_folder: Path) -> dict[str, Callable[[], Figure]]:
    """The maps of a 3-D interface; nothing of a 2-D one."""
    folder = run_folder / PROFILES
    steps = pick_steps(history, profile_steps(folder))
    if void_column(history) != "void_volume_um3" or not steps:
        return {}
    found = [read_profile(folder, step) for step in steps]
    closure = history.set_index("step")["closure_percent"]
    manifest = run_folder / MANIFEST
    content = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
    measured = content.get("surface_statistics", {}).get("measured", {})
    return map_drawings(found, closure, run_folder, measured)


def write_figures(run_folder: Path) -> dict[str, list[Path]]:
    """Draw all figures of a run into its ``figures`` folder.

    Args:
        run_folder: A run folder with history, interface profiles and fields.

    Returns:
        Figure name to the files written (PNG and SVG).

    Raises:
        ValueError: If the run has no accepted step or lacks a file.
    """
    folder = Path(run_folder) / FIGURES
    with matplotlib.rc_context(style.STYLE):
        return {
            name: style.save(draw(), folder, name) for name, draw in drawings(run_folder).items()
        }


def draw_contact_and_void(history: pd.DataFrame) -> Figure:
    """Contact fraction, and remaining void, against pressure, closure marked."""
    shown = history[history["pressure_MPa"] > 0.0]
    pressure = shown["pressure_MPa"]
    figure = style.new_figure(6.4, 4.6)
    upper, lower = figure.subplots(2, 1, sharex=True)
    upper.plot(pressure, shown["contact_fraction"], color=style.BLUE, marker=".", markersize=4)
    upper.set_ylim(-0.03, 1.05)
    upper.set_ylabel(head("contact_fraction"))

    open_percent = 100.0 - shown["closure_percent"]
    positive = open_percent.where(open_percent > 0.0)
    lower.plot(pressure, positive, color=style.RED, marker=".", markersize=4)
    lower.set_yscale("log")
    if positive.notna().any():
        lower.set_ylim(max(float(positive.min()) / 2.0, 1e-4), 200.0)
    kind = "area" if void_column(history) == "void_area_um2" else "volume"
    lower.set_ylabel(f"Remaining void {kind}\n(% of initial)")
    lower.set_xlabel(head("pressure_MPa"))
    lower.set_xscale("log")
    lower.xaxis.set_major_formatter("{x:g}")
    lower.yaxis.set_major_formatter("{x:g}")

    reached = closure_pressures(
        history["pressure_MPa"].to_numpy(), history["closure_percent"].to_numpy()
    )
    looks = zip(("90", "99", "99.9"), reached.values(), (":", "--", "-."), strict=True)
    for level, value, dashes in looks:
        if value is None or value <= 0.0:
            continue
        for axes in (upper, lower):
            axes.axvline(
                value,
                color=style.GREY,
                linestyle=dashes,
                linewidth=1.0,
                label=f"{level} % closed: {value:.3g} MPa",
            )
    for axes in (upper, lower):
        _plain(axes)
    if upper.get_legend_handles_labels()[0]:
        upper.legend(loc="lower right", frameon=True, framealpha=0.9, edgecolor="none")
    return figure


def draw_interface(history: pd.DataFrame, folder: Path) -> Figure:
    """Sodium above, ceramic below and the void between at up to six pressures.

    A 3-D interface is drawn as a map of its gap.
    """
    steps = pick_steps(history, profile_steps(folder))
    if not steps:
        raise ValueError(f"{folder}: no interface profile of this run")
    found = [read_profile(folder, step) for step in steps]
    closure = history.set_index("step")["closure_percent"]
    if found[0].position_um.shape[1] == 3:
        return draw_gap_maps(found, closure)
    figure = _interface_sections(found)
    for axes, profile in zip(figure.axes, found, strict=False):
        axes.set_title(
            f"{profile.pressure_MPa:.3g} MPa, {percent_text(closure[profile.step])} closed", pad=3
        )
    return figure


def pick_steps(history: pd.DataFrame, kept: list[int]) -> list[int]:
    """Steps that show the closing evenly: 0, 25, 50, 75, 95 % of it, and the last."""
    usable = history[history["step"].isin(kept)]
    if usable.empty:
        return []
    most = float(usable["closure_percent"].max())
    picked: list[int] = [int(usable["step"].iloc[-1])]
    for share in INTERFACE_CLOSURES:
        rest = usable[~usable["step"].isin(picked)]
        if rest.empty:
            break
        nearest = (rest["closure_percent"] - share * most).abs().idxmin()
        picked.append(int(rest.loc[nearest, "step"]))
    return sorted(picked)


def _interface_sections(found: list[Profile]) -> Figure:
    heights = np.concatenate(
        [np.concatenate([p.position_um[:, 1], p.ceramic_height_um]) for p in found]
    )
    low, high = float(heights.min()), float(heights.max())
    margin = max(0.15 * (high - low), 1e-3)
    low, high = low - margin, high + margin
    width = float(np.ptp(found[0].position_um[:, 0]))
    # What makes the drawn height about a third of the drawn width, in round steps.
    wanted = 0.36 * width / (high - low)
    exaggeration = next((v for v in (1, 2, 3, 5, 10, 20, 50, 100) if v >= wanted * 0.7), 200)
    rows = (len(found) + 1) // 2
    panel_in = min(3.1 * exaggeration * (high - low) / width, 3.0)
    figure = style.new_figure(7.2, rows * (panel_in + 0.28) + 0.75)
    grid = np.ravel(figure.subplots(rows, 2, sharex=True, sharey=True))
    for axes, profile in zip(grid, found, strict=False):
        x, sodium = profile.position_um.T
        ceramic = profile.ceramic_height_um
        axes.fill_between(x, np.maximum(sodium, ceramic), high, color=style.SODIUM_COLOUR, lw=0)
        axes.fill_between(x, ceramic, np.maximum(sodium, ceramic), color=style.VOID_COLOUR, lw=0)
        axes.fill_between(x, low, ceramic, color=style.CERAMIC_COLOUR, lw=0)
        axes.plot(x, ceramic, color="#7A6A3A", linewidth=0.8)
        axes.set_aspect(exaggeration)
        axes.set_ylim(low, high)
        axes.set_xlim(x.min(), x.max())
    for axes in grid[len(found) :]:
        axes.set_visible(False)
    figure.supxlabel("x (µm)", fontsize=9)
    scale = "equal scales" if exaggeration == 1 else f"heights drawn {exaggeration} times larger"
    figure.supylabel(f"Height y (µm), {scale}", fontsize=9)
    handles = [
        matplotlib.patches.Patch(facecolor=colour, edgecolor="#888888", linewidth=0.4)
        for colour in (style.SODIUM_COLOUR, style.VOID_COLOUR, style.CERAMIC_COLOUR)
    ]
    figure.legend(
        handles, ["sodium", "void", "ceramic"], loc="outside upper center", ncols=3, frameon=False
    )
    return figure


def _plain(axes: Axes) -> None:
    axes.grid(True, which="major", color="#DDDDDD", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
