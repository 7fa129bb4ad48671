"""Text as instruments and spreadsheets write it: the right roughness, or one line that asks."""

import math

import numpy as np
import pytest

from napress.meshes import (
    Measured,
    ReadError,
    Treatment,
    Wanted,
    build_surface,
    measure_surface,
    read_profile_scan,
    read_scan,
)

X = np.arange(201) * 0.1
Z = 0.5 * np.cos(2 * np.pi * X / 10) + 0.2 * np.cos(2 * np.pi * X / 5)
RQ = math.sqrt(0.5**2 / 2 + 0.2**2 / 2)
UM = Wanted("um", "um")


def rows(x=X, z=Z, separator="\t", decimal="."):
    lines = [f"{a:.3f}{separator}{b:.4f}" for a, b in zip(x, z, strict=True)]
    return "\n".join(line.replace(".", decimal) for line in lines) + "\n"


def roughness(scan, cutoff=2.0):
    """Rq in µm of 20 µm of a scan."""
    component = Measured(scan.x_um, scan.height_um, Treatment(cutoff_um=cutoff))
    return measure_surface(build_surface(component, 20.0)).rq_um


def read(tmp_path, content, wanted=None):
    path = tmp_path / "scan.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_profile_scan(path, wanted)


NM = rows(X, 1000 * Z)
HEADED = {
    "header": "Position (µm)\tHeight (µm)\n" + rows(),
    "greek mu": "Position (μm)\tHeight (μm)\n" + rows(),
    "cp1252": ("# Länge in µm, Höhe in µm\n" + rows()).encode("cp1252"),
    "utf-8 with mark": ("x [um] z [um]\n" + rows()).encode("utf-8-sig"),
    "utf-16": ("x [um] z [um]\r\n" + rows()).encode("utf-16"),
    "utf-16 without mark": ("x [um] z [um]\r\n" + rows()).encode("utf-16-le"),
    "unit row": "X\tZ\num\tnm\n" + NM,
    "nm and um": "# X [um]\tZ [nm]\n" + NM,
    "mm and nm": "Distance [mm];Height [nm]\n"
    + "\n".join(f"{a / 1000:.6f};{1000 * b:.2f}" for a, b in zip(X, Z, strict=True)),
    "metres": "x (m) z (m)\n"
    + "\n".join(f"{a * 1e-6:e} {b * 1e-6:e}" for a, b in zip(X, Z, strict=True)),
    "settings are no units": "Cut-off 0.8 mm, speed 0.5 mm/s\nTip radius: 2 mm\n"
    "x [um] z [um]\n" + rows(),
    "all in one": "% units: um\n" + rows(),
    "angstrom": "x [µm]\tz [Å]\n" + rows(X, 1e4 * Z),
    "bars": "| x [um] | z [um] |\n|---|---|\n"
    + "".join(f"| {line} |\n" for line in rows(separator=" | ").splitlines()),
    "missing points": "x [um]\tz [um]\n" + rows().replace("\n5.000\t-0.3000", "\n5.000\t---"),
    "minus signs of a word processor": "x [um]\tz [um]\n" + rows().replace("-", "\u2212"),
    "no number of Windows": "x [um]\tz [um]\n"
    + rows().replace("\n7.500\t-0.2000", "\n7.500\t-1.#IND"),
    "footer": rows() + "Units: um\n",
    "marked as 1e10": "x [um]\tz [um]\n" + rows().replace("\n7.500\t-0.2000", "\n7.500\t1e10"),
    "marked as 9999": "x [um]\tz [nm]\n"
    + rows(X, 1000 * Z).replace("\n7.500\t-200.0000", "\n7.500\t9999"),
    "marked points": "x [um]\tz [um]\n" + rows().replace("\n7.500\t-0.2000", "\n7.500\t-9999"),
}
SILENT = {
    "tab": rows(),
    "blanks": rows(separator="   "),
    "comma": rows(separator=", "),
    "semicolon": rows(separator=";"),
    "decimal comma, tab": rows(decimal=","),
    "decimal comma, semicolon": rows(separator=";", decimal=","),
    "footer": rows() + "Ra=0.33\n",
    "percent": "% from MATLAB\n" + rows(),
    "descending": rows(X[::-1], Z[::-1]),
    "duplicate": rows().replace("\n5.000\t-0.3000", "\n5.000\t-0.3000\n5.000\t-0.3000"),
    "rounded positions": "\n".join(
        f"{a:.1f} {b:.4f}"
        for a, b in zip(
            np.arange(401) * 0.05,
            0.5 * np.cos(np.arange(401) * 0.05 * 0.2 * np.pi)
            + 0.2 * np.cos(np.arange(401) * 0.05 * 0.4 * np.pi),
            strict=True,
        )
    ),
    "bars": rows(separator="|"),
    "bars, decimal comma": rows(separator=" | ", decimal=","),
    "quotes": "".join(f'"{line}"\n' for line in rows(separator='","').splitlines()),
    "windows lines": rows().replace("\n", "\r\n"),
    "separator at the end": rows(separator=";").replace("\n", ";\n"),
}


@pytest.mark.parametrize("kind", HEADED)
def test_units_are_taken_from_the_header(tmp_path, kind):
    scan = read(tmp_path, HEADED[kind])
    assert "header" in scan.provenance.units
    assert roughness(scan) == pytest.approx(RQ, rel=0.01)


@pytest.mark.parametrize("kind", SILENT)
def test_units_are_asked_for_and_taken_from_the_case(tmp_path, kind):
    with pytest.raises(ReadError, match="header such as.*or units = {") as caught:
        read(tmp_path, SILENT[kind])
    assert caught.value.place == "units"
    scan = read(tmp_path, SILENT[kind], UM)
    assert scan.provenance.units == "position in um (case), height in um (case)"
    assert roughness(scan) == pytest.approx(RQ, rel=0.01)
    milli = read(tmp_path, SILENT[kind], Wanted("mm", "nm"))
    assert np.ptp(milli.height_um) == pytest.approx(np.ptp(scan.height_um) / 1000)
    assert np.ptp(milli.x_um) == pytest.approx(1000 * np.ptp(scan.x_um))


@pytest.mark.parametrize("separator", ["\t", ";", " | "])
@pytest.mark.parametrize("groups", [",.", "'.", " .", "\u202f.", ".,", " ,"])
def test_digits_in_groups_of_thousands_are_read(tmp_path, separator, groups):
    """Nanometres up to 20 000 as 1,500.0, 1'500.0, 1 500.0, 1.500,0 and 1 500,0."""
    sign, decimal = groups
    marks = str.maketrans({",": sign, ".": decimal})
    lines = [
        f"{1000 * a:,.1f}".translate(marks) + separator + f"{1000 * b:,.1f}".translate(marks)
        for a, b in zip(X, Z, strict=True)
    ]
    scan = read(tmp_path, "\n".join(lines), Wanted("nm", "nm"))
    assert scan.x_um == pytest.approx(X)
    assert roughness(scan) == pytest.approx(RQ, rel=0.01)
    assert any("groups of thousands" in note for note in scan.provenance.notes)


@pytest.mark.parametrize(
    ("kind", "note"),
    [
        ("descending", "turned round"),
        ("duplicate", "averaged: 1 rows"),
        ("decimal comma, tab", "decimal commas"),
    ],
)
def test_what_was_done_is_said(tmp_path, kind, note):
    assert any(note in text for text in read(tmp_path, SILENT[kind], UM).provenance.notes)


@pytest.mark.parametrize(
    ("content", "wanted", "message"),
    [
        ("# X [um]\tZ [nm]\n" + NM, UM, "the case says um, the header of the file nm"),
        ("x [um] z [um]\nz in nm\n" + rows(), None, "names nm and um for the height"),
        (rows(), Wanted("um", "parsec"), "'parsec' is no unit of length"),
        (rows(), Wanted("um", "MPa"), "'MPa' is no unit of length"),
        ("0,12\n1,13\n2,11\n3,12\n", UM, "decimal sign or stand between two columns"),
        ("1,200 3,400\n2,200 3,500\n3,200 3,600\n", UM, "group thousands"),
        (rows() + rows(), UM, "line 202: position turns back"),
        ("1\n2\n3\n4\n", UM, "one column, no positions"),
        ("no numbers here\n", UM, "no numbers found"),
        ("1\n1 2\n" * 600, UM, "line 1001: more than 1000 times the rows change their length"),
        ("x [um] z [um]\n" + rows() + "Units: nm\n", None, "names nm and um for the"),
        (rows() + rows(X + 21, Z, decimal=","), UM, "line 202: '21,000"),
        (rows() + "20.1 (0.3)\n", UM, "line 202: '20.1 (0.3)' is not numbers"),
        ("10.000;1\n" * 9 + "1.000.000;2\n", UM, "'1.000.000;2' is not numbers"),
        ("0 0 0\n1 0 1\n0 1 2\n1 1 3\n", UM, "a map of 2 x 2 points"),
    ],
)
def test_what_can_be_read_in_two_ways_is_an_error(tmp_path, content, wanted, message):
    with pytest.raises(ReadError) as caught:
        read(tmp_path, content, wanted)
    assert message in str(caught.value)
    assert "allowed: " in str(caught.value) and "\n" not in str(caught.value)


def test_one_column_with_a_spacing(tmp_path):
    text = "\n".join(f"{value:.4f}" for value in Z)
    scan = read(tmp_path, text, Wanted(height_unit="um", spacing_um=0.1))
    assert scan.x_um == pytest.approx(X)
    assert roughness(scan) == pytest.approx(RQ, rel=0.01)


def test_other_columns_of_a_table(tmp_path):
    text = "n x y z\n" + "\n".join(f"{i} {X[i]:.3f} 0 {Z[i]:.4f}" for i in range(201))
    scan = read(tmp_path, text, Wanted("um", "um", columns=(2, 4)))
    assert roughness(scan) == pytest.approx(RQ, rel=0.01)


@pytest.mark.parametrize(
    "setting",
    [
        "Cut-off [mm]: 0.8",
        "Wavelength [nm]\t633",
        "Ra (nm) = 333",
        "# stylus radius in mm: 0.002",
        "# polished, roughness in nm",
        "Vertical resolution nm",
        "Filter: Gauss, mm",
        "Position resolution: nm",
        "Scan length [mm]: 4.8",
        "Z-range (mm) 1",
        "x [um] z [nm] x1000",
    ],
)
def test_the_unit_of_a_setting_is_no_unit_of_the_heights(tmp_path, setting):
    """Believed, it would be wrong by 1000 in silence."""
    with pytest.raises(ReadError, match="neither the file nor the case says"):
        read(tmp_path, setting + "\n" + rows())
    scan = read(tmp_path, "x [um]\tz [nm]\n" + setting.replace("x [um] z", "Zoom") + "\n" + NM)
    assert roughness(scan) == pytest.approx(RQ, rel=0.01)


@pytest.mark.parametrize(
    "line", ["# Scale: 0.001", "Z scale factor = 1e-3", "Skalierung: 0,001", "Multiplier: 1000"]
)
def test_a_factor_in_the_header_is_asked_about(tmp_path, line):
    content = "x [um]\tz [um]\n" + line + "\n" + rows()
    with pytest.raises(ReadError, match="not whether the heights are multiplied by it"):
        read(tmp_path, content)
    scan = read(tmp_path, content, Wanted(height_unit="um"))
    assert roughness(scan) == pytest.approx(RQ, rel=0.01)
    assert "is not applied" in " ".join(scan.provenance.notes)


@pytest.mark.parametrize(
    "line", ["Scale: 1.0", "Scale: 1:100", "Scale bar = 10 um", "Factor: none"]
)
def test_what_is_no_factor_is_not_asked_about(tmp_path, line):
    assert roughness(read(tmp_path, "x [um]\tz [um]\n" + line + "\n" + rows())) == pytest.approx(
        RQ, rel=0.01
    )


HEIGHTS = np.arange(12.0).reshape(3, 4)
POINTS = [(x, y, HEIGHTS[y, x]) for y in range(3) for x in range(4)]


def test_map_as_x_y_z_with_missing_points(tmp_path):
    text = "# x [um] y [um] z [nm]\n" + "\n".join(
        f"{0.5 * x} {0.25 * y} {'No Data' if (x, y) == (2, 1) else z}" for x, y, z in POINTS
    )
    (tmp_path / "map.xyz").write_text(text)
    scan = read_scan(tmp_path / "map.xyz")
    assert scan.spacing_um == pytest.approx((0.5, 0.25))
    expected = HEIGHTS.copy()
    expected[1, 2] = np.nan
    assert scan.height_um == pytest.approx(expected / 1000, nan_ok=True)
    line = read_scan(tmp_path / "map.xyz", Wanted(line=2))
    assert line.x_um == pytest.approx([0, 0.5, 1.5])
    assert line.height_um == pytest.approx(np.array([4, 5, 7]) / 1000)


def test_map_as_a_matrix(tmp_path):
    """Gwyddion's text: the first row is the top of the picture."""
    text = "# Channel: Topography\n# Width: 2.0 µm\n# Height: 1.5 µm\n# Value units: m\n"
    text += "\n".join("\t".join(f"{v * 1e-6:e}" for v in row) for row in HEIGHTS[::-1])
    (tmp_path / "map.txt").write_text(text)
    scan = read_scan(tmp_path / "map.txt")
    assert scan.spacing_um == pytest.approx((0.5, 0.5))
    assert scan.height_um == pytest.approx(HEIGHTS)
    part = read_scan(tmp_path / "map.txt", Wanted(region_um=(0.5, 0.0, 1.5, 0.5)))
    assert part.height_um == pytest.approx(HEIGHTS[:2, 1:])
    with pytest.raises(ReadError, match="region: is not on the map"):
        read_scan(tmp_path / "map.txt", Wanted(region_um=(0.5, 0.0, 5.0, 0.5)))
    with pytest.raises(ReadError, match="line: 4 is not there; allowed: 1 to 3"):
        read_scan(tmp_path / "map.txt", Wanted(line=4))


MATRIX = "# Width: 2.0 µm\n# Height: 1.5 µm\n# Value units: nm\n"


@pytest.mark.parametrize(
    ("content", "wanted", "message"),
    [
        (MATRIX + "1 2 3 4\n5 6 7 8\n9 1 2\n", None, "line 6: has 3 numbers, the rows"),
        (MATRIX + "1 2 3 4\n5 6 7 8\n" * 2 + MATRIX + "1 2 3 4\n", None, "begins a second table"),
        ("0 1 2 3\n" + "0 5 6 7 8\n1 5 6 7 9\n" * 2, None, "positions above the columns"),
        (";0;1;2\n0;5;6;8\n1;5;6;7\n", None, "first column are positions"),
        (MATRIX + "1 2 3 4\n5 6 7 8\n9 1 2 4\n", 0.1, "the case says 0.1 um, by the header"),
    ],
)
def test_a_matrix_that_is_not_one_map_is_refused(tmp_path, content, wanted, message):
    (tmp_path / "map.txt").write_text(content)
    height = None if "Value" in content else "nm"
    spacing = wanted or (None if height is None else 0.5)
    with pytest.raises(ReadError) as caught:
        read_scan(tmp_path / "map.txt", Wanted(height_unit=height, spacing_um=spacing))
    assert message in str(caught.value) and "allowed: " in str(caught.value)


def test_whole_numbers_with_a_comma_are_asked_about(tmp_path):
    content = "\n".join(f"{1000 + i:,};0.{i:03d}" for i in range(40))
    with pytest.raises(ReadError, match="'1,000': the comma may be a decimal sign or group"):
        read(tmp_path, content, UM)


@pytest.mark.parametrize("file", ["/dev/zero", "/dev/stdin"])
def test_devices_are_refused_before_they_are_opened(file):
    with pytest.raises(ReadError, match="cannot be read"):
        read_scan(file)


def test_a_pipe_is_refused(tmp_path):
    import os

    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ReadError, match="not a regular file"):
        read_scan(tmp_path / "pipe")
