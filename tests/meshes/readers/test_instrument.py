"""Files of instruments through SurfaceTopography, where it is installed."""

import sys

import numpy as np
import pytest
from instrument_files import HEIGHT_UM, SPACING_UM, WRITERS

from napress.meshes import ReadError, Wanted, read_scan


def test_without_the_package_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "SurfaceTopography.IO", None)
    (tmp_path / "scan.opd").write_bytes(bytes(range(256)) * 40)
    with pytest.raises(ReadError, match=r"pip install 'napress\[instruments\]'"):
        read_scan(tmp_path / "scan.opd")


@pytest.fixture(params=WRITERS)
def map_file(request, tmp_path):
    pytest.importorskip("SurfaceTopography")
    path = tmp_path / f"scan.{request.param}"
    WRITERS[request.param](path)
    return path


def test_a_map_comes_with_its_size_unit_and_hash(map_file):
    scan = read_scan(map_file)
    assert scan.spacing_um == pytest.approx((SPACING_UM, SPACING_UM))
    # Files may hold single floats.
    assert scan.height_um == pytest.approx(HEIGHT_UM, abs=1e-6)
    assert scan.provenance.reader.startswith("SurfaceTopography ")
    assert scan.provenance.units.startswith("position and height in ")
    assert scan.provenance.units.endswith("(file)")
    assert len(scan.provenance.sha256) == 64
    line = read_scan(map_file, Wanted(line=3))
    assert line.height_um == pytest.approx(HEIGHT_UM[2], abs=1e-6)
    region = read_scan(map_file, Wanted(region_um=(1.0, 0.5, 3.0, 1.5)))
    assert region.height_um == pytest.approx(HEIGHT_UM[1:4, 2:7], abs=1e-6)


def test_instrument_and_date_are_kept_where_the_file_has_them(tmp_path):
    pytest.importorskip("SurfaceTopography")
    WRITERS["x3p"](tmp_path / "scan.x3p")
    found = read_scan(tmp_path / "scan.x3p").provenance
    assert "Confocal 7" in found.instrument and "Acme" in found.instrument
    assert found.date.startswith("2024-03-05")


def test_a_profile_of_an_instrument(tmp_path):
    topography = pytest.importorskip("SurfaceTopography")
    x = np.linspace(0.0, 20.0, 81)
    made = topography.NonuniformLineScan(x, 0.3 * np.sin(x), unit="µm")
    made.to_netcdf(str(tmp_path / "line.nc"))
    scan = read_scan(tmp_path / "line.nc")
    assert scan.x_um == pytest.approx(x) and scan.height_um == pytest.approx(0.3 * np.sin(x))


def test_a_unit_or_channel_that_is_not_the_files_is_refused(tmp_path):
    pytest.importorskip("SurfaceTopography")
    path = tmp_path / "scan.nc"
    WRITERS["nc"](path)
    with pytest.raises(ReadError, match="the case says nm, the file um"):
        read_scan(path, Wanted(height_unit="nm"))
    with pytest.raises(ReadError, match="'Phase' is not one of them; allowed: 1 "):
        read_scan(path, Wanted(channel="Phase"))


@pytest.mark.parametrize("start", [b"", b"\x01\x00Directory", b"II*\x00", b"PK\x03\x04"])
def test_what_no_reader_knows_is_one_line_and_nothing_else(tmp_path, start, capfd):
    pytest.importorskip("SurfaceTopography")
    content = start + np.random.default_rng(1).bytes(10_000_000)
    (tmp_path / "scan.bin").write_bytes(content)
    with pytest.raises(ReadError, match="not a text file, and") as caught:
        read_scan(tmp_path / "scan.bin")
    assert len(str(caught.value)) < 300 and "\n" not in str(caught.value)
    # Readers print what they could not make sense of, here megabytes.
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", [kind for kind in WRITERS if kind != "nc"])
def test_a_torn_file_of_an_instrument_is_one_line(tmp_path, kind):
    pytest.importorskip("SurfaceTopography")
    path = tmp_path / f"scan.{kind}"
    WRITERS[kind](path)
    whole = path.read_bytes()
    for length in (len(whole) // 3, len(whole) - 7):
        path.write_bytes(whole[:length])
        with pytest.raises(ReadError, match="cannot be read") as caught:
            read_scan(path)
        assert "\n" not in str(caught.value)
