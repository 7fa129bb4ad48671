"""The surface before pressing: a figure of it, and its profile in plain characters."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from napress.meshes.surfaces import Surface
from napress.postprocess.figures import style
from napress.postprocess.records import atomic as storage

_EIGHTHS = " ▁▂▃▄▅▆▇█"


def surface_figure(surface: Surface, path: Path, title: str = "") -> None:
    """Writes a figure of a profile or a map.

    Args:
        surface: Of the cell.
        path: Of the figure; its ending chooses the format (png, svg, pdf).
        title: Above it.

    Raises:
        ValueError: If matplotlib has no such format.
        OSError: If it cannot be written.
    """

    def draw() -> style.Figure:
        figure = style.new_figure(6.0, 3.0 if surface.dimension == 2 else 4.6)
        axes = figure.add_subplot()
        if surface.dimension == 2:
            x = np.linspace(0.0, surface.width_um, 2001)
            height = surface.height(x[:, None])
            low = height.min() - 0.1 * max(np.ptp(height), 1e-3)
            axes.fill_between(x, height, low, color=style.CERAMIC_COLOUR)
            axes.plot(x, height, color=style.BLUE)
            axes.set(
                xlim=(0, surface.width_um),
                ylim=(low, None),
                xlabel="position (µm)",
                ylabel="height (µm)",
            )
        else:
            widths = surface.widths_um
            axis = [np.linspace(0.0, width, 200) for width in widths]
            points = np.stack(np.meshgrid(*axis, indexing="ij"), axis=-1).reshape(-1, 2)
            height = surface.height(points).reshape(200, 200)
            image = axes.imshow(height.T, origin="lower", extent=(0, widths[0], 0, widths[1]))
            axes.set(xlabel="x (µm)", ylabel="y (µm)")
            figure.colorbar(image, label="height (µm)")
        axes.set_title(title)
        return figure

    figure = style.styled(draw)
    with storage.replacing(path) as aside:
        figure.savefig(aside, dpi=200, format=path.suffix.lstrip(".") or "png")


def profile_text(surface: Surface, columns: int = 64, rows: int = 5) -> list[str]:
    """Returns a profile, or the middle line of a map, as lines of block characters.

    Args:
        surface: Of the cell.
        columns: Characters across the cell.
        rows: Lines; each shows eight levels.
    """
    x = (np.arange(columns) + 0.5) * surface.width_um / columns
    points = np.full((columns, surface.dimension - 1), 0.5 * surface.widths_um[-1])
    points[:, 0] = x
    height = surface.height(points)
    span = float(np.ptp(height)) or 1.0
    level = np.rint((height - height.min()) / span * (8 * rows - 1)).astype(int) + 1
    lines = []
    for row in reversed(range(rows)):
        filled = np.clip(level - 8 * row, 0, 8)
        lines.append("".join(_EIGHTHS[part] for part in filled).rstrip())
    return lines
