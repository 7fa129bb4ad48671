"""The benchmark's deck and the reading of CalculiX's output, without CalculiX."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest


@pytest.fixture
def deck(benchmark_file):
    return benchmark_file("calculix_deck")


def area_um2(mesh, name):
    """Area of the front faces of a cell set, positive if they run anticlockwise."""
    corners = mesh.points[mesh.cells[0].data[mesh.cell_sets[name][0], :4]]
    x, y = corners[:, :, 0], corners[:, :, 1]
    return 0.5 * (x * np.roll(y, -1, 1) - np.roll(x, -1, 1) * y).sum()


def test_bodies_have_the_size_of_the_problem(deck):
    mesh = deck.build_mesh(deck.SinusoidPress(elements=32))
    assert area_um2(mesh, "CERAMIC") == pytest.approx(20 * 40)
    assert area_um2(mesh, "SODIUM") == pytest.approx(20 * 20)
    face = mesh.points[mesh.point_sets["CERAMICFACE"]]
    assert face[:, 1] == pytest.approx(np.cos(2 * np.pi * face[:, 0] / 20))
    assert mesh.points[mesh.point_sets["SODIUMFACE"], 1] == pytest.approx(1.0)


def test_deck_refers_to_sets_that_exist_and_is_readable_by_calculix(deck, tmp_path):
    options = deck.DeckOptions(element="C3D8I")
    text = deck.write_deck(deck.SinusoidPress(elements=8), options, tmp_path).read_text()
    mesh = (tmp_path / "mesh.inp").read_text()
    assert "*ELEMENT, TYPE=C3D8I\n" in mesh
    nodes = mesh.split("*NODE\n")[1].split("*")[0].split()
    assert max(len(number) for line in nodes for number in line.split(",")) <= 20
    for name in ("ALL", "BASE", "PLATEN", "PLATENNODE", "SIDES", "CERAMICFACE", "SODIUMFACE"):
        assert name in text and f"NSET={name}\n" in mesh
    for name in ("CERAMIC", "SODIUM", "CERAMICTOP", "SODIUMBOTTOM"):
        assert name in text and f"ELSET={name}\n" in mesh


def table(kind, name, rows):
    lines = "\n".join("  ".join(f"{value:.6E}" for value in row) for row in rows)
    return f"\n {kind} (x,y,z) for set {name} and time  0.1000000E+00\n\n{lines}\n"


def printed(deck, problem, travel_um, force):
    """What CalculiX prints when the sodium moves rigidly and the ceramic stays."""
    sets = deck.build_mesh(problem).point_sets
    moved = {
        name: [(node + 1, 0.0, -travel if name != "CERAMICFACE" else 0.0, 0.0) for node in nodes]
        for name, nodes in sets.items()
        for travel in [travel_um]
    }
    text = table("total force", "PLATEN", [(0.0, -force, 0.0)])
    for name in ("PLATENNODE", "SODIUMFACE", "CERAMICFACE"):
        text += table("displacements", name, moved[name])
    return text


def test_history_is_read_back(deck, tmp_path):
    problem = deck.SinusoidPress(elements=128)
    width, depth = problem.wavelength_um, problem.wavelength_um / problem.elements
    dat = tmp_path / "press.dat"
    whole = printed(deck, problem, 1.0, 3.0 * width * depth)
    dat.write_text(whole + whole[: len(whole) - 2000])
    history = deck.read_history(problem, dat)
    # The second increment is cut off, as after a time-out, and does not count.
    assert history["pressure_MPa"] == pytest.approx([3.0])
    assert history["platen_displacement_um"] == pytest.approx([1.0])
    # Sodium at the mean line overlaps the upper half; -cos over the lower half leaves 2 * 20/2pi.
    assert history["contact_fraction"] == pytest.approx([0.5], abs=0.005)
    assert history["void_area_um2"] == pytest.approx([20 / np.pi], rel=1e-3)


def test_no_output_is_an_empty_history(deck, tmp_path):
    history = deck.read_history(deck.SinusoidPress(), tmp_path / "press.dat")
    assert {len(column) for column in history.values()} == {0}


def test_travel_grows_with_pressure_and_covers_the_void(deck):
    problem = deck.SinusoidPress()
    lower = replace(problem, pressure_MPa=5.0)
    assert problem.platen_travel_um > lower.platen_travel_um > problem.amplitude_um
