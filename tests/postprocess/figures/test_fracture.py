"""The figure of fracture is drawn for whatever holds the pellet from the side."""

from __future__ import annotations

from dataclasses import replace

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from napress.postprocess.figures.fracture import draw_fracture
from napress.postprocess.fracture.confinement import KINDS, Compact, Confinement, Sleeve
from napress.postprocess.theory.flaws import JacketedSleeve


@pytest.fixture
def settings(assess, strength):
    """What an assessment of a pellet in a rigid die rests on."""
    return assess(strength).settings


@pytest.mark.parametrize("kind", KINDS)
def test_every_confinement_is_drawn(settings, run_folder, kind):
    held = Confinement(
        kind,
        8e4,
        0.26,
        sleeve=Sleeve(3.6e3, 0.38, 4.0),
        jacketed=JacketedSleeve(3.6e3, 0.38, 2.0, 2e5, 0.3, 4.0),
        compact=Compact(100.0),
    )
    history = pd.read_csv(run_folder / "history.csv").assign(flaw_pressure_share=1.0)
    figure = draw_fracture(history, replace(settings, confinement=held))
    _, labels = figure.axes[1].get_legend_handles_labels()
    name = "free to widen" if kind == "none" else kind
    # Flaws that are held shut never fail; a curve of zeros is left out.
    assert (f"sodium in flaws, {name}" in labels) is (kind != "isostatic")
    plt.close(figure)
