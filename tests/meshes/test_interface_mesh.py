"""Meshes of both bodies: facets, tags, volume, quality, reproducibility, ranks."""

import napress.meshes.backend  # noqa: F401

import numpy as np
import pytest
from dolfinx import fem
from dolfinx import mesh as dmesh
from dolfinx.mesh import entities_to_geometry
from mpi import run_ranks
from mpi4py import MPI
from ufl import dx

from napress.meshes import (
    Boundary,
    MeshingError,
    MeshInputError,
    Notch,
    SelfAffine,
    Sinusoid,
    UnsupportedDimension,
    build_ceramic,
    build_sodium,
    build_surface,
    measure_quality,
)
from napress.meshes.gmsh_session import distribute

COMM = MPI.COMM_SELF
WIDTH = 20.0
ROUGH = build_surface(SelfAffine(0.5, 0.8, 1.0, seed=1), WIDTH)
MAP = build_surface(Sinusoid(1.0, 20.0), WIDTH, 3)


@pytest.fixture(
    scope="module", params=["sodium_2d", "ceramic_2d", "sodium_3d", "ceramic_3d", "notched_3d"]
)
def case(request):
    """Name, body, elements per direction, thickness (down is negative)."""
    name = request.param
    if name == "sodium_2d":
        return name, build_sodium(WIDTH, 15.0, 64, COMM), 64, 15.0
    if name == "ceramic_2d":
        return name, build_ceramic(ROUGH, 40.0, 160, COMM), 160, -40.0
    if name == "sodium_3d":
        return name, build_sodium(WIDTH, 30.0, 12, COMM, dimension=3), 12, 30.0
    if name == "ceramic_3d":
        return name, build_ceramic(MAP, 40.0, 8, COMM), 8, -40.0
    pore = build_surface([Notch(2.0, 16.0, 10.0)], WIDTH, 3)
    return name, build_ceramic(pore, 30.0, 8, COMM), 8, -30.0


def facet_vertices(body, boundary):
    mesh = body.mesh
    dimension = mesh.topology.dim
    mesh.topology.create_connectivity(dimension - 1, dimension)
    nodes = entities_to_geometry(mesh, dimension - 1, body.facet_tags.find(boundary))
    return mesh.geometry.x[nodes][..., :dimension]


def surface_of(name):
    if name == "ceramic_2d":
        return ROUGH
    if name == "ceramic_3d":
        return MAP
    return build_surface([Notch(2.0, 16.0, 10.0)] if name == "notched_3d" else [], WIDTH, 3)


def volume(body):
    form = fem.form(fem.Constant(body.mesh, 1.0) * dx)
    return body.mesh.comm.allreduce(fem.assemble_scalar(form), op=MPI.SUM)


def test_tags_cover_the_whole_boundary(case):
    _, body, _, _ = case
    mesh = body.mesh
    dimension = mesh.topology.dim
    mesh.topology.create_connectivity(dimension - 1, dimension)
    assert np.array_equal(
        np.sort(body.facet_tags.indices), np.sort(dmesh.exterior_facet_indices(mesh.topology))
    )
    expected = {Boundary.CONTACT, Boundary.FAR, Boundary.SIDE_X}
    if dimension == 3:
        expected.add(Boundary.SIDE_Y)
    assert set(body.facet_tags.values) == expected


def test_tags_are_where_they_belong(case):
    _, body, _, thickness = case
    assert np.all(facet_vertices(body, Boundary.FAR)[..., -1] == thickness)
    sides = [Boundary.SIDE_X, Boundary.SIDE_Y][: body.mesh.topology.dim - 1]
    for axis, side in enumerate(sides):
        at = facet_vertices(body, side)[..., axis]
        assert np.all(at == at[:, :1])
        assert set(at[:, 0]) == {0.0, WIDTH}


def test_contact_face_has_the_facets_asked_for_on_the_surface(case):
    name, body, elements, _ = case
    vertices = facet_vertices(body, Boundary.CONTACT)
    dimension = body.mesh.topology.dim
    lateral = vertices[..., :-1]
    if dimension == 2:
        assert len(vertices) == elements
        run = np.ptp(lateral[..., 0], axis=1)
        assert run == pytest.approx(WIDTH / elements, rel=1e-12)
    else:
        assert len(vertices) == 2 * elements**2
        sides = lateral[:, 1:] - lateral[:, :1]
        area = np.abs(np.linalg.det(sides)) / 2
        assert area == pytest.approx((WIDTH / elements) ** 2 / 2, rel=1e-10)
    height = vertices[..., -1].ravel()
    expected = (
        surface_of(name).height(lateral.reshape(-1, dimension - 1)) if "so" not in name else 0
    )
    assert np.abs(height - expected).max() < 1e-12


def test_volume_is_that_of_the_faceted_body(case):
    _, body, _, thickness = case
    vertices = facet_vertices(body, Boundary.CONTACT)
    dimension = body.mesh.topology.dim
    if dimension == 2:
        area = np.ptp(vertices[..., 0], axis=1)
    else:
        area = np.abs(np.linalg.det(vertices[:, 1:, :-1] - vertices[:, :1, :-1])) / 2
    expected = (np.abs(thickness - vertices[..., -1].mean(axis=1)) * area).sum()
    assert volume(body) == pytest.approx(expected, rel=1e-12)


def test_cells_grow_from_the_interface(case):
    _, body, elements, thickness = case
    mesh = body.mesh
    quality = measure_quality(mesh)
    assert quality.longest_edge_um < 2.5 * max(abs(thickness) / 6, WIDTH / elements)
    assert quality.shortest_edge_um > 0.3 * WIDTH / elements
    cells = np.arange(mesh.topology.index_map(mesh.topology.dim).size_local, dtype=np.int32)
    size = mesh.h(mesh.topology.dim, cells)
    middle = mesh.geometry.x[mesh.geometry.dofmaps[0]][..., mesh.topology.dim - 1].mean(axis=1)
    near = np.abs(middle) < WIDTH / elements
    far = np.abs(middle - thickness) < 3
    assert np.median(size[far]) > 1.3 * np.median(size[near])


def test_a_flat_face_of_128_elements_takes_about_1200_cells():
    quality = measure_quality(build_sodium(WIDTH, 20.0, 128, COMM).mesh)
    assert 1000 < quality.cells < 1400
    assert quality.smallest_radius_ratio > 0.5


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_quality_holds_at_a_slope_of_1_4(seed):
    steep = build_surface(SelfAffine(2.0, 0.8, 1.0, seed=seed), WIDTH)
    slope = steep.gradient(np.linspace(0, WIDTH, 4001)[:, None])
    assert np.sqrt((slope**2).mean()) > 1.2
    quality = measure_quality(build_ceramic(steep, 40.0, 256, COMM).mesh)
    assert quality.smallest_radius_ratio > 0.3
    assert quality.poor_cells == 0
    assert quality.mean_radius_ratio > 0.9
    assert quality.cells < 4000


def test_tetrahedra_are_no_slivers():
    quality = measure_quality(build_ceramic(MAP, 40.0, 16, COMM).mesh)
    assert quality.smallest_radius_ratio > 0.2
    assert quality.poor_cells < 0.005 * quality.cells


def test_radius_ratio_of_known_triangles():
    points = np.array([[0, 0], [1, 0], [0.5, np.sqrt(0.75)], [0, -1.0]])
    cells = np.array([[0, 1, 2], [0, 1, 3]])
    from basix.ufl import element

    mesh = dmesh.create_mesh(COMM, cells, element("Lagrange", "triangle", 1, shape=(2,)), points)
    quality = measure_quality(mesh)
    # right isosceles triangle: 2 r / R = 2 (sqrt 2 - 1)
    right = 2 * (np.sqrt(2) - 1)
    assert quality.smallest_radius_ratio == pytest.approx(right)
    assert quality.mean_radius_ratio == pytest.approx((1 + right) / 2)
    assert (quality.shortest_edge_um, quality.longest_edge_um) == pytest.approx((1, np.sqrt(2)))


def test_radius_ratio_of_known_tetrahedra():
    from basix.ufl import element

    regular = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1.0]])
    flat = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0.01]])
    for points, low, high in ((regular, 1 - 1e-12, 1 + 1e-12), (flat, 0, 0.05)):
        shape = element("Lagrange", "tetrahedron", 1, shape=(3,))
        mesh = dmesh.create_mesh(COMM, np.array([[0, 1, 2, 3]]), shape, points)
        quality = measure_quality(mesh)
        assert low <= quality.smallest_radius_ratio <= high
        assert quality.poor_cells == (high < 0.3)


@pytest.mark.parametrize("dimension", [2, 3])
def test_same_input_same_mesh_to_the_last_bit(dimension):
    surface = ROUGH if dimension == 2 else MAP
    builders = [
        lambda: build_sodium(WIDTH, 15.0, 8, COMM, dimension=dimension),
        lambda: build_ceramic(surface, 40.0, 8, COMM),
    ]
    for build in builders:
        first, again = build(), build()
        assert np.array_equal(first.mesh.geometry.x, again.mesh.geometry.x)
        assert np.array_equal(first.mesh.geometry.dofmaps[0], again.mesh.geometry.dofmaps[0])
        assert np.array_equal(first.facet_tags.indices, again.facet_tags.indices)
        assert np.array_equal(first.facet_tags.values, again.facet_tags.values)


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: build_sodium(20, 20, 8, COMM, dimension=1), UnsupportedDimension, "dimension"),
        (lambda: build_sodium(-20, 20, 8, COMM), MeshInputError, "width_um"),
        (lambda: build_sodium(20, np.nan, 8, COMM), MeshInputError, "thickness_um"),
        (lambda: build_sodium(20, 20, 1, COMM), MeshInputError, "elements"),
        (lambda: build_sodium(20, 20, 8.0, COMM), MeshInputError, "elements"),
        (lambda: build_sodium(20, 20, 8, COMM, growth=0.0), MeshInputError, "growth"),
        (lambda: build_sodium(20, 20, 8, COMM, largest_um=0.0), MeshInputError, "largest_um"),
        (lambda: build_ceramic(MAP, 1.5, 8, COMM), MeshInputError, "ceramic thickness"),
    ],
)
def test_bad_input_is_one_line(build, error, message):
    with pytest.raises(error) as caught:
        build()
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_gmsh_is_finalised_after_a_failure_and_the_next_mesh_works():
    import gmsh

    def build(gmsh):
        gmsh.model.geo.addLine(77, 78)

    with pytest.raises(MeshingError, match="mesh of the sample"):
        distribute(build, "sample", 2, COMM)
    assert not gmsh.isInitialized()
    assert measure_quality(build_sodium(WIDTH, 10.0, 8, COMM).mesh).cells > 20
    assert not gmsh.isInitialized()


_TWO_RANKS = """
import numpy as np
from mpi4py import MPI
from napress.meshes import *
from napress.meshes.gmsh_session import distribute
comm = MPI.COMM_WORLD
surface = build_surface(SelfAffine(0.5, 0.8, 1.0, seed=1), 20.0)
for body in (build_ceramic(surface, 40.0, 160, comm), build_sodium(20, 20, 64, comm)):
    quality = measure_quality(body.mesh)
    fdim = body.mesh.topology.dim - 1
    own = body.facet_tags.indices < body.mesh.topology.index_map(fdim).size_local
    contact = comm.allreduce(int((body.facet_tags.values[own] == Boundary.CONTACT).sum()))
    cells = body.mesh.topology.index_map(fdim + 1).size_local
    assert 0 < cells < quality.cells
    if comm.rank == 0:
        print(quality.cells, contact, f"{quality.smallest_radius_ratio:.12f}")
def fail(gmsh):
    raise RuntimeError("first line\\nsecond line")
try:
    distribute(fail, "sample", 2, comm)
except MeshingError as error:
    assert str(error) == "mesh of the sample: first line second line"
    print("raised", flush=True)
"""


def test_two_ranks_get_parts_of_the_same_mesh_and_the_same_error():
    printed = run_ranks(2, ["-c", _TWO_RANKS]).stdout.split("\n")
    for body, elements in (
        (build_ceramic(ROUGH, 40.0, 160, COMM), 160),
        (build_sodium(WIDTH, 20.0, 64, COMM), 64),
    ):
        quality = measure_quality(body.mesh)
        line = f"{quality.cells} {elements} {quality.smallest_radius_ratio:.12f}"
        assert line in printed
    # the ranks print at the same time, perhaps on one line
    assert "".join(printed).count("raised") == 2
