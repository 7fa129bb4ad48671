"""Profiles from text files: what is kept, what is refused."""

import numpy as np
import pytest

from napress.meshes import (
    Measured,
    Scratch,
    SurfaceError,
    Treatment,
    Wanted,
    build_surface,
    read_profile,
)

WIDTH = 20.0


def wavy(x):
    return 0.5 * np.cos(2 * np.pi * x / 10) + 0.2 * np.cos(2 * np.pi * x / 4 + 1)


def write(path, x, height, separator=" "):
    lines = [f"{a!r}{separator}{b!r}" for a, b in zip(x.tolist(), height.tolist(), strict=True)]
    path.write_text("# position um, height um\n\n" + "\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("separator", [" ", "\t", ",", ";", " , "])
def test_profile_is_read_and_its_mean_line_removed(tmp_path, separator):
    x = np.linspace(3.0, 30.0, 271)
    tilted = wavy(x - 3) + 40 + 0.07 * x
    surface = build_surface(read_profile(write(tmp_path / "p.txt", x, tilted, separator)), WIDTH)
    at = np.linspace(0.5, 19.5, 2001)
    inside = np.linspace(0, WIDTH, 20001)
    straight = np.polyval(np.polyfit(inside, wavy(inside), 1), at)
    difference = surface.height(at[:, None]) - (wavy(at) - straight)
    # equal up to the shift that puts the highest point at 0
    assert np.ptp(difference) < 3e-3
    assert surface.shortest_wavelength_um == pytest.approx(0.2)


def test_curve_goes_through_the_points_and_is_mirrored_at_the_walls():
    x = np.linspace(0, WIDTH, 81)
    height = np.random.default_rng(2).normal(0, 0.3, 81)
    surface = build_surface(Measured(x, height), WIDTH)
    flat = height - np.polyval(np.polyfit(x, height, 1, w=np.sqrt(np.gradient(x))), x)
    assert np.ptp(surface.height(x[:, None]) - flat) < 1e-12
    assert surface.gradient(np.array([[0.0], [WIDTH]])) == pytest.approx(0, abs=1e-12)
    beyond = np.array([[WIDTH + 3.3], [-1.7]])
    within = np.array([[WIDTH - 3.3], [1.7]])
    assert surface.height(beyond) == pytest.approx(surface.height(within))
    assert surface.gradient(beyond) == pytest.approx(-surface.gradient(within))
    assert surface.height(np.linspace(0, WIDTH, 100001)[:, None]).max() == pytest.approx(
        0, abs=1e-6
    )


@pytest.mark.parametrize("cutoff", [None, 2.0])
def test_derivatives_are_exact(cutoff):
    x = np.sort(np.random.default_rng(5).uniform(0, 25, 300))
    measured = Measured(np.r_[0, x], wavy(np.r_[0, x]), treatment=Treatment(cutoff_um=cutoff))
    surface = build_surface([measured, Scratch(0.3, 4.0, 9.0)], WIDTH)
    at = np.random.default_rng(1).uniform(0.1, 19.9, (200, 1))
    step = 1e-6
    slope = (surface.height(at + step) - surface.height(at - step)) / (2 * step)
    bend = (surface.gradient(at + step) - surface.gradient(at - step)) / (2 * step)
    assert surface.gradient(at)[:, 0] == pytest.approx(slope, abs=1e-7)
    assert np.median(np.abs(surface.hessian(at)[:, 0, 0] - bend[:, 0])) < 1e-6


def test_cutoff_removes_short_waves_and_sets_the_resolution():
    x = np.linspace(0, WIDTH, 4001)
    # mirror-symmetric waves are exactly in the cosine series
    long, short = 0.5 * np.cos(np.pi * x / 5), 0.1 * np.cos(np.pi * x / 0.1)
    surface = build_surface(Measured(x, long + short, treatment=Treatment(cutoff_um=1.0)), WIDTH)
    assert surface.shortest_wavelength_um == 1.0
    at = np.linspace(0, WIDTH, 999)
    assert np.ptp(surface.height(at[:, None]) - 0.5 * np.cos(np.pi * at / 5)) < 1e-3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 0\n2 0\n1 0\n", "line 3: position turns back, from 2 to 1 um"),
        ("0 0\n1 0 3\n2 0\n3 0\n4 0\n", "line 2: has 3 numbers, the rows before it 2"),
        ("0 0\nx y\n2 0\n3 0\n4 0\n", "line 2: is not numbers"),
        ("0 0\n1 0\n2 0\n", "3 points, at least 8 needed"),
        ("", "0 points"),
    ],
)
def test_bad_file_is_one_line_that_names_file_and_line(tmp_path, text, message):
    path = tmp_path / "profile.txt"
    path.write_text(text)
    with pytest.raises(SurfaceError) as caught:
        read_profile(path, Wanted("um", "um"))
    assert str(caught.value).startswith("profile.txt")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_and_binary_files(tmp_path):
    with pytest.raises(SurfaceError, match="absent.txt: cannot be read"):
        read_profile(tmp_path / "absent.txt")
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG\xff\xfe\x00")
    with pytest.raises(SurfaceError, match="picture.txt: cannot be read .not a text file"):
        read_profile(tmp_path / "picture.txt")
    with pytest.raises(SurfaceError, match="cannot be read"):
        read_profile(tmp_path)


def test_profile_shorter_than_the_cell_and_maps_are_refused(tmp_path):
    x = np.linspace(0, 15, 100)
    short = read_profile(write(tmp_path / "short.txt", x, wavy(x)))
    with pytest.raises(SurfaceError, match="short.txt: covers 15 um, the cell is 20 um wide"):
        build_surface(short, WIDTH)
    with pytest.raises(SurfaceError, match="short.txt.*no second direction"):
        build_surface(short, 10.0, 3)
    with pytest.raises(SurfaceError, match="points in the cell width"):
        build_surface(short, 0.2)
    with pytest.raises(SurfaceError, match="NaN|nan"):
        Measured(x, np.where(x > 10, np.nan, 0.0))
    with pytest.raises(SurfaceError, match="ascend"):
        Measured(x[::-1], wavy(x))
    with pytest.raises(SurfaceError, match="as many heights"):
        Measured(x, wavy(x)[:-1])
    with pytest.raises(SurfaceError, match="Measured.cutoff_um"):
        Treatment(cutoff_um=-1.0)
