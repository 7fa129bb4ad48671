"""Figures are written whole, and what a killed writer left is gone."""

import os

from napress.postprocess.figures import style


def test_leftovers_of_a_killed_writer_are_removed(tmp_path):
    gone = 2**22 + 1  # above the largest process number of Linux
    left = tmp_path / f".writing-{gone}-plot.png"
    alive = tmp_path / f".writing-{os.getppid()}-plot.png"
    other = tmp_path / f".writing-{gone}-other.png"
    for path in (left, alive, other):
        path.write_text("half")
    figure = style.new_figure(2.0, 2.0)
    figure.subplots().plot([0, 1], [0, 1])
    png, svg = style.save(figure, tmp_path, "plot")
    assert png.stat().st_size > 1000 and svg.stat().st_size > 1000
    assert not left.exists()
    assert alive.exists() and other.exists(), "of another writer or of another figure"
