"""Measured surfaces in a case: kept without the file, hashed by points, found beside links."""

from importlib import resources

import numpy as np
import pytest

from napress.cases.errors import CaseError
from napress.cases.runs.stack import manifest
from napress.cases.schema.checks import build_case_surface
from napress.cases.schema.load import case_hash, load_case, parse_case, resolved_toml
from napress.cases.window.plan import load_plan
from napress.meshes import measure_surface

CASE = """
surface = [{{ kind = "{kind}", file = "scan.txt"{more} }}]
interface = {{ width = "{width}", elements = {elements}{dimension} }}
program = [{{ pressure = "0.5 MPa" }}]
sodium = {{ material = "sodium-wang-2020", thickness = "20 um" }}
ceramic = {{ material = "nzsp", thickness = "20 um" }}
"""
X = np.arange(121) * 0.1
LINES = np.arange(111) * 0.1


def write(folder, more="", kind="profile", width="10 um", elements=128, dimension=""):
    path = folder / "case.toml"
    path.write_text(
        CASE.format(kind=kind, more=more, width=width, elements=elements, dimension=dimension)
    )
    return path


def profile(folder, header="x [um] z [nm]\n"):
    rows = [f"{x:.2f} {300 * np.cos(2 * np.pi * x / 5):.3f}" for x in X]
    (folder / "scan.txt").write_text(header + "\n".join(rows))


def material_text(name):
    return (resources.files("napress.cases") / "materials" / f"{name}.toml").read_text()


def map_file(folder):
    rows = [
        f"{x:.2f} {y:.2f} {0.1 * (1 + 0.1 * y) * np.cos(2 * np.pi * x / 5):.5f}"
        for y in LINES
        for x in X
    ]
    (folder / "scan.txt").write_text("x [um] y [um] z [um]\n" + "\n".join(rows))


def test_a_resolved_case_needs_no_file_and_keeps_where_it_came_from(tmp_path):
    profile(tmp_path)
    case = load_case(write(tmp_path))
    (tmp_path / "scan.txt").unlink()
    again = parse_case(resolved_toml(case).encode(), "r.toml", tmp_path)
    assert again == case and case_hash(again) == case_hash(case)
    origin = manifest(case, found_versions={})["surfaces"][0]
    assert origin["file"] == "scan.txt" and len(origin["sha256"]) == 64
    assert origin["units"] == "position in um (header), height in nm (header)"


def test_the_same_points_from_another_file_are_the_same_case(tmp_path):
    profile(tmp_path)
    first = case_hash(load_case(write(tmp_path)))
    profile(tmp_path, "# by hand\r\nx [um] z [nm]\n")
    assert case_hash(load_case(write(tmp_path))) == first


def test_units_of_the_case_and_the_mesh_cutoff(tmp_path):
    profile(tmp_path, "")
    path = write(tmp_path)
    with pytest.raises(CaseError, match="units = { position"):
        load_case(path)
    units = ', units = { position = "um", height = "nm" }'
    surface = build_case_surface(load_case(write(tmp_path, units, elements=64)))
    # 8 elements per wave, finer than which the mesh carries nothing
    assert surface.shortest_wavelength_um == pytest.approx(1.25)
    assert measure_surface(surface).rq_um == pytest.approx(0.3 / np.sqrt(2), rel=0.01)
    surface = build_case_surface(load_case(write(tmp_path, units, elements=1024)))
    assert surface.shortest_wavelength_um == pytest.approx(0.2)
    with pytest.raises(CaseError, match=r"surface\[0\].cutoff.*too short"):
        load_case(write(tmp_path, units + ', cutoff = "0.3 um"', elements=64))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (', units = { position = "um", height = "um" }', "units.height.*the file nm|header.*nm"),
        (', start = "3 um"', r"surface\[0\].start.*at most 2 um"),
        (', start = ["3 um"]', "start"),
        (', level = "plane"', "level.*'none', 'mean', 'line', 2, 3"),
        (', ends = "open"', "ends.*'mirror', 'taper', 'periodic'"),
        (", bridge = -1", "bridge"),
        (", line = 3", "scan.txt: line: the file is a profile"),
        (", columns = [1, 9]", "columns: the table has 2"),
        (', columns = "x"', "columns"),
        (', region = ["0 um"]', "region"),
        (", channel = true", "channel"),
        (', unit = "um"', "unit.*did you mean 'units'"),
    ],
)
def test_what_a_table_refuses(tmp_path, more, message):
    profile(tmp_path)
    with pytest.raises(CaseError, match=message):
        load_case(write(tmp_path, more))


def test_a_file_is_found_beside_the_link_and_then_beside_its_target(tmp_path):
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    profile(there)
    link = here / "link.toml"
    case = write(there)
    case.write_text(case.read_text().replace('"nzsp"', '"mine.toml"'))
    (there / "mine.toml").write_text(material_text("nzsp"))
    link.symlink_to(case)
    target = load_case(link)
    assert target.surface[0].provenance.units.endswith("nm (header)")
    profile(here, "x [um] z [um]\n# other\n")
    with pytest.raises(CaseError, match="slopes up to|makes a height"):
        load_case(link)


def test_a_map_is_a_surface_of_three_dimensions_and_gives_lines_to_two(tmp_path):
    map_file(tmp_path)
    solid = ', level = "mean"'
    case = load_case(write(tmp_path, solid, "map", elements=32, dimension=", dimension = 3"))
    surface = build_case_surface(case)
    assert surface.dimension == 3
    points = np.array([[0.0, 0.0], [2.5, 5.0], [5.0, 10.0]])
    height, slope, bend = surface.evaluate(points)
    assert height.shape == (3,) and slope.shape == (3, 2) and bend.shape == (3, 2, 2)
    assert surface.peak_to_valley_um == pytest.approx(0.4, rel=0.05)
    again = parse_case(resolved_toml(case).encode(), "r.toml", tmp_path)
    assert build_case_surface(again).height(points) == pytest.approx(height, abs=1e-12)
    for line, amplitude in ((1, 0.1), (101, 0.2)):
        flat = load_case(write(tmp_path, f", line = {line}, level = 'mean'", "map"))
        assert measure_surface(build_case_surface(flat)).rq_um == pytest.approx(
            amplitude / np.sqrt(2), rel=0.02
        )
    with pytest.raises(CaseError, match=r"surface\[0\].line.*only in a cell of dimension 2"):
        load_case(write(tmp_path, ", line = 3", "map", elements=32, dimension=", dimension = 3"))


def test_lines_of_a_map_are_the_seeds_of_a_window(tmp_path):
    map_file(tmp_path)
    path = write(tmp_path, ", line = 1", "map")
    path.write_text(path.read_text() + '[window]\nclosure_target = "90 percent"\nseeds = 3\n')
    names = [job.name for job in load_plan(path).jobs]
    # After the seeds come the runs of the levers, on the first of them.
    assert names[:3] == ["line 1", "line 56", "line 111"]
    assert all(name.startswith("lever") for name in names[3:])


def test_a_mark_at_the_start_of_a_case_is_read(tmp_path):
    profile(tmp_path)
    path = write(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_case(path).surface[0].kind == "profile"
