"""Files of instruments through SurfaceTopography, where it is installed."""

import sys

import numpy as np
import pytest

from napress.meshes import ReadError, Wanted, read_scan


def test_without_the_package_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "SurfaceTopography.IO", None)
    (tmp_path / "scan.opd").write_bytes(bytes(range(256)) * 40)
    with pytest.raises(ReadError, match=r"pip install 'napress\[instruments\]'"):
        read_scan(tmp_path / "scan.opd")


@pytest.fixture
def map_file(tmp_path):
    topography = pytest.importorskip("SurfaceTopography")
    x, y = np.meshgrid(np.arange(32) * 0.5, np.arange(24) * 0.5, indexing="ij")
    height = 0.2 * np.cos(2 * np.pi * x / 8) + 0.01 * y
    made = topography.Topography(height, (16.0, 12.0), unit="µm")
    path = tmp_path / "scan.nc"
    made.to_netcdf(str(path))
    return path, height


def test_a_map_comes_with_its_size_unit_and_hash(map_file):
    path, height = map_file
    scan = read_scan(path)
    assert scan.spacing_um == pytest.approx((0.5, 0.5))
    assert scan.height_um == pytest.approx(height.T)
    assert scan.provenance.reader.startswith("SurfaceTopography ")
    assert scan.provenance.units == "position and height in um (file)"
    assert len(scan.provenance.sha256) == 64
    line = read_scan(path, Wanted(line=3))
    assert line.height_um == pytest.approx(height[:, 2])


def test_a_unit_or_channel_that_is_not_the_files_is_refused(map_file):
    path, _ = map_file
    with pytest.raises(ReadError, match="the case says nm, the file um"):
        read_scan(path, Wanted(height_unit="nm"))
    with pytest.raises(ReadError, match="'Phase' is not one of them; allowed: 1 "):
        read_scan(path, Wanted(channel="Phase"))


def test_what_no_reader_knows_is_one_line(tmp_path):
    pytest.importorskip("SurfaceTopography")
    (tmp_path / "scan.bin").write_bytes(np.random.default_rng(1).bytes(5000))
    with pytest.raises(ReadError, match="not a text file, and SurfaceTopography says"):
        read_scan(tmp_path / "scan.bin")
