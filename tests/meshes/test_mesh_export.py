"""Exported meshes read back by meshio: everything is there, in the right order."""

import importlib.util
import re
import shutil
import subprocess
import sys

import napress.meshes.backend  # noqa: F401

import meshio
import numpy as np
import pytest
from mpi import run_ranks
from mpi4py import MPI

from napress.meshes import (
    Boundary,
    ExportError,
    Sinusoid,
    build_ceramic,
    build_sodium,
    build_surface,
    export_mesh,
    measure_quality,
)

WIDTH = 20.0
ELEMENTS = {2: 16, 3: 4}


@pytest.fixture(scope="module", params=[2, 3])
def bodies(request):
    dimension, comm = request.param, MPI.COMM_SELF
    elements = ELEMENTS[dimension]
    surface = build_surface(Sinusoid(1.0, 20.0), WIDTH, dimension)
    return {
        "sodium": build_sodium(WIDTH, 20.0, elements, comm, dimension=dimension),
        "ceramic": build_ceramic(surface, 40.0, elements, comm),
    }


def dimension_of(bodies):
    return bodies["sodium"].mesh.topology.dim


def total_cells(bodies):
    return sum(measure_quality(body.mesh).cells for body in bodies.values())


def volumes(points, cells, dimension):
    corner = points[cells[:, : dimension + 1], :dimension]
    return np.linalg.det(corner[:, 1:] - corner[:, :1]) / (2 if dimension == 2 else 6)


def check_mid_edge_nodes(points, cells, dimension):
    edges = [(0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)][: 3 if dimension == 2 else 6]
    for k, (a, b) in enumerate(edges):
        middle = (points[cells[:, a]] + points[cells[:, b]]) / 2
        assert points[cells[:, dimension + 1 + k]] == pytest.approx(middle, abs=1e-9)


def test_abaqus_has_plane_strain_or_solid_cells_sets_and_surfaces(bodies, tmp_path):
    dimension = dimension_of(bodies)
    path = tmp_path / "both.inp"
    export_mesh(bodies, path)
    text = path.read_text()
    assert ("TYPE=CPE6" if dimension == 2 else "TYPE=C3D10") in text
    mesh = meshio.read(path)
    (block,) = mesh.cells
    assert len(block.data) == total_cells(bodies)
    volume = volumes(mesh.points, block.data, dimension)
    assert volume.min() > 0
    check_mid_edge_nodes(mesh.points, block.data, dimension)
    contact = mesh.points[mesh.point_sets["sodium_contact"]]
    assert np.all(contact[:, dimension - 1] == 0)
    assert len(contact) == (2 * ELEMENTS[dimension] + 1) ** (dimension - 1)
    far = mesh.points[mesh.point_sets["ceramic_far"]]
    assert np.all(far[:, dimension - 1] == -40)
    # faces named by element and side lie in the boundary they are named after
    corners = {
        2: {"S1": (0, 1), "S2": (1, 2), "S3": (2, 0)},
        3: {"S1": (0, 1, 2), "S2": (0, 3, 1), "S3": (1, 3, 2), "S4": (2, 3, 0)},
    }[dimension]
    section = text.split("*SURFACE, NAME=ceramic_far_faces, TYPE=ELEMENT\n")[1].split("*")[0]
    rows = section.strip().split("\n")
    assert rows
    for row in rows:
        element, side = row.split(", ")
        nodes = block.data[int(element) - 1, list(corners[side])]
        assert np.all(mesh.points[nodes, dimension - 1] == -40)
    assert sorted(set(np.concatenate([v for s in mesh.cell_sets.values() for v in s]))) == list(
        range(len(block.data))
    )


def test_linear_abaqus_triangles_are_plane_strain_too(bodies, tmp_path):
    path = tmp_path / "both.inp"
    export_mesh(bodies, path, quadratic=False)
    expected = "TYPE=CPE3" if dimension_of(bodies) == 2 else "TYPE=C3D4"
    assert path.read_text().count("*ELEMENT, TYPE=") == 1
    assert expected in path.read_text()


@pytest.mark.parametrize("extension", [".vtu", ".vtk", ".msh", ".med"])
@pytest.mark.parametrize("quadratic", [False, True])
def test_other_formats_hold_cells_and_tagged_facets(bodies, tmp_path, extension, quadratic):
    dimension = dimension_of(bodies)
    path = tmp_path / f"both{extension}"
    export_mesh(bodies, path, quadratic=quadratic)
    mesh = meshio.read(path)
    names = {2: ("triangle", "triangle6"), 3: ("tetra", "tetra10")}
    facet_names = {2: ("line", "line3"), 3: ("triangle", "triangle6")}
    cells = mesh.cells_dict[names[dimension][quadratic]]
    facets = mesh.cells_dict[facet_names[dimension][quadratic]]
    assert len(cells) == total_cells(bodies)
    expected = WIDTH ** (dimension - 1) * 60 - WIDTH ** (dimension - 1)
    volume = volumes(mesh.points, cells, dimension)
    assert np.abs(volume).sum() == pytest.approx(expected, rel=2e-2)
    if extension in (".vtu", ".vtk"):
        tags = mesh.cell_data_dict["boundary"][facet_names[dimension][quadratic]]
        body = mesh.cell_data_dict["body"][facet_names[dimension][quadratic]]
        check = [1, 2], body, tags
    else:
        field = {".msh": "gmsh:physical", ".med": "cell_tags"}[extension]
        groups = mesh.cell_data_dict[field][facet_names[dimension][quadratic]]
        check = [1, 2], groups // 100, groups % 100
    for number, body_of, tag_of in ((n, check[1], check[2]) for n in check[0]):
        chosen = facets[(body_of == number) & (tag_of == Boundary.FAR)]
        height = mesh.points[chosen][..., dimension - 1]
        assert height == pytest.approx(20.0 if number == 1 else -40.0)
    if quadratic and extension != ".med":
        check_mid_edge_nodes(mesh.points, cells, dimension)


def test_unknown_extension_is_one_line_with_what_is_allowed(bodies, tmp_path):
    for name in ("mesh.xyz", "mesh"):
        with pytest.raises(ExportError) as caught:
            export_mesh(bodies, tmp_path / name)
        assert str(caught.value).startswith(f"{name}: unknown mesh format")
        assert ".inp" in str(caught.value)
        assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_formats_that_would_lose_cells_are_refused_and_leave_nothing(bodies, tmp_path, capfd):
    for name in ("mesh.stl", "mesh.mesh", "mesh.nas", "mesh.e", "mesh.su2", "mesh.svg"):
        with pytest.raises(ExportError, match=name) as caught:
            export_mesh(bodies, tmp_path / name)
        assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_a_package_that_is_missing_is_named(bodies, tmp_path):
    if importlib.util.find_spec("netCDF4"):
        pytest.skip("netCDF4 is installed")
    with pytest.raises(ExportError, match="needs netCDF4: pip install netCDF4"):
        export_mesh(bodies, tmp_path / "mesh.exo")


@pytest.mark.parametrize("extension", [".bdf", ".nas", ".fem"])
def test_nastran_keeps_places_bodies_and_boundaries(bodies, tmp_path, extension):
    path = tmp_path / f"mesh{extension}"
    export_mesh(bodies, path, quadratic=False)
    found = meshio.read(path, file_format="nastran")
    export_mesh(bodies, tmp_path / "mesh.vtu", quadratic=False)
    expected = meshio.read(tmp_path / "mesh.vtu")
    assert found.points == pytest.approx(expected.points, rel=1e-10, abs=1e-11)
    groups = {
        kind: 100 * expected.cell_data_dict["body"][kind]
        + expected.cell_data_dict["boundary"][kind]
        for kind in expected.cells_dict
    }
    for kind, data in expected.cells_dict.items():
        assert np.array_equal(found.cells_dict[kind], data)
        assert np.array_equal(found.cell_data_dict["nastran:ref"][kind], groups[kind])
    assert max(len(line) for line in path.read_text().splitlines()) <= 80


@pytest.mark.parametrize("quadratic", [False, True])
def test_dolfinx_reads_bodies_and_boundaries_back(bodies, tmp_path, quadratic):
    from dolfinx.io import XDMFFile, gmsh

    dimension, comm = dimension_of(bodies), MPI.COMM_SELF
    export_mesh(bodies, tmp_path / "mesh.xdmf", quadratic=quadratic)
    with XDMFFile(comm, str(tmp_path / "mesh.xdmf"), "r") as file:
        mesh = file.read_mesh(name="Grid")
        body = file.read_meshtags(mesh, name="body")
        mesh.topology.create_entities(dimension - 1)
        mesh.topology.create_connectivity(dimension - 1, dimension)
        boundary = file.read_meshtags(mesh, name="boundary")
    assert mesh.geometry.dim == mesh.topology.dim == dimension
    assert len(body.values) == total_cells(bodies) and set(body.values) == {1, 2}
    tagged = sum(len(part.facet_tags.values) for part in bodies.values())
    assert len(boundary.values) == tagged
    export_mesh(bodies, tmp_path / "mesh.msh", quadratic=quadratic)
    named = gmsh.read_from_msh(str(tmp_path / "mesh.msh"), comm, 0, gdim=dimension)
    assert named.physical_groups["sodium"].dim == dimension
    assert named.physical_groups["ceramic_contact"].dim == dimension - 1
    assert named.mesh.topology.index_map(dimension).size_global == total_cells(bodies)


_DECK = """*INCLUDE, INPUT=mesh.inp
*MATERIAL, NAME=M
*ELASTIC
10000.,0.
*SOLID SECTION, ELSET=SODIUM, MATERIAL=M
1.
*SOLID SECTION, ELSET=CERAMIC, MATERIAL=M
1.
*BOUNDARY
CERAMIC_FAR,1,{dimension}
SODIUM_CONTACT,1,{dimension}
*STEP
*STATIC
*DSLOAD
SODIUM_FAR_FACES,P,10.
*NODE PRINT, NSET=SODIUM_FAR
U
*END STEP
"""


def test_numbers_of_a_deck_have_at_most_20_characters(bodies, tmp_path):
    export_mesh(bodies, tmp_path / "mesh.inp")
    text = (tmp_path / "mesh.inp").read_text()
    assert max(len(word.strip()) for line in text.splitlines() for word in line.split(",")) < 40
    numbers = re.findall(r"[-+]?\d\.\d+e[-+]\d+", text)
    assert numbers and max(map(len, numbers)) <= 20


@pytest.mark.skipif(shutil.which("ccx") is None, reason="CalculiX is not installed")
def test_calculix_reads_the_deck_and_shortens_the_sodium_by_hooke(bodies, tmp_path):
    dimension = dimension_of(bodies)
    export_mesh(bodies, tmp_path / "mesh.inp")
    (tmp_path / "deck.inp").write_text(_DECK.format(dimension=dimension))
    done = subprocess.run(
        ["ccx", "deck"], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert "*ERROR" not in done.stdout, done.stdout[-500:]
    table = (tmp_path / "deck.dat").read_text().splitlines()
    rows = [line.split() for line in table if re.match(r"\s+\d+\s", line)]
    moved = np.array([float(row[dimension]) for row in rows])
    # 10 MPa on 10 GPa without lateral strain: a thousandth of 20 um
    assert moved == pytest.approx(-0.02, rel=1e-4)


def test_missing_folder_and_nothing_to_export(bodies, tmp_path):
    with pytest.raises(ExportError, match="folder does not exist"):
        export_mesh(bodies, tmp_path / "absent" / "mesh.vtu")
    with pytest.raises(ExportError, match="no bodies"):
        export_mesh({}, tmp_path / "mesh.vtu")


_EXPORT = """
import sys
from mpi4py import MPI
from napress.meshes import *
comm = MPI.COMM_WORLD
surface = build_surface(Sinusoid(1.0, 20.0), 20.0)
export_mesh({"ceramic": build_ceramic(surface, 40.0, 16, comm)}, sys.argv[1])
"""


def test_two_ranks_export_the_whole_mesh(tmp_path):
    script = tmp_path / "export.py"
    script.write_text(_EXPORT)
    run_ranks(2, [script, tmp_path / "two.vtu"])
    surface = build_surface(Sinusoid(1.0, 20.0), WIDTH)
    body = build_ceramic(surface, 40.0, 16, MPI.COMM_SELF)
    export_mesh({"ceramic": body}, tmp_path / "one.vtu")
    one, two = meshio.read(tmp_path / "one.vtu"), meshio.read(tmp_path / "two.vtu")
    assert np.array_equal(
        np.array(sorted(one.points.tolist())), np.array(sorted(two.points.tolist()))
    )
    for kind in ("triangle6", "line3"):
        assert len(one.cells_dict[kind]) == len(two.cells_dict[kind])


def test_importing_meshes_does_not_load_gmsh_or_dolfinx():
    code = "import sys, napress.meshes; print([m for m in ('gmsh', 'dolfinx') if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
