"""Pellets pressed from Python."""

from __future__ import annotations

import tempfile

import pytest

import napress as na
from napress.cases.runs import pellet_run

PROGRAM = [{"pressure": "5 MPa"}, {"pressure": "20 MPa"}]


@pytest.fixture(scope="module")
def pellet():
    return na.Pellet(
        pellet={"diameter": "10 mm", "sleeve": "rigid"},
        ceramic={"material": "nzsp", "thickness": "1 mm"},
        sodium={"material": "sodium-wang-2020", "thickness": "100 um"},
        program=PROGRAM,
    )


@pytest.fixture(scope="module")
def pressed(pellet):
    return na.run(pellet)


def test_a_case_is_checked_varied_and_saved(pellet, tmp_path):
    wider = pellet.with_({"pellet.diameter": "12 mm", "program[1].pressure": "30 MPa"})
    assert wider.model.pellet.diameter == 12000.0 and wider.model.program[1].pressure == 30.0
    assert wider != pellet and wider.hash != pellet.hash
    assert na.load_pellet(wider.save(tmp_path / "wider.toml")) == wider
    assert "10 mm across" in repr(pellet)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"pellet.diametr": "1 mm"}, "did you mean 'pellet.diameter'?"),
        ({"pellet.diameter": 10}, "has no unit; allowed: a length"),
        ({"program[0].hold": "1 s"}, "the case has no such field"),
        ({"program[0].pressure": "30 MPa"}, "allowed: increasing pressures"),
    ],
)
def test_what_does_not_fit_is_one_line(pellet, changes, expected):
    with pytest.raises(na.CaseError) as caught:
        pellet.with_(changes)
    assert expected in str(caught.value) and "\n" not in str(caught.value)


def test_each_kind_of_case_names_what_reads_it(pellet, tiny, tmp_path):
    with pytest.raises(na.CaseError, match=r"napress\.load_pellet"):
        na.load(pellet.save(tmp_path / "pellet.toml"))
    with pytest.raises(na.CaseError, match="this is an interface case"):
        na.load_pellet(tiny.save(tmp_path / "tiny.toml"))
    with pytest.raises(na.CaseError, match="observers: allowed: with a case of the interface"):
        na.run(pellet, observers=[object()])


def test_a_pressed_pellet_has_tables_with_units_figures_and_fields(pressed):
    assert pressed.state == "finished" and pressed.folder is None
    assert pressed.history["pressure_MPa"].tolist() == [5.0, 20.0]
    assert pressed.history.attrs["columns"]["force_kN"]["unit"] == "kN"
    last = pressed.interface[pressed.interface["mean_pressure_MPa"] == 20.0]
    mean = (last["pressure_MPa"] * last["area_um2"]).sum() / last["area_um2"].sum()
    assert mean == pytest.approx(20.0, rel=1e-3)
    assert pressed.summary["last_load"]["pressure_MPa"] == pytest.approx(20.0)
    assert pressed.figures == ["pellet_pressure", "pellet_stress"]
    assert all(pressed.plot(name).get_axes() for name in pressed.figures)
    assert pressed.to_pyvista(20.0).cell_data["stress_MPa"].shape[1] == 6
    with pytest.raises(na.CaseError, match=r"no load there; allowed: 5, 20"):
        pressed.to_pyvista(7.0)


def test_a_killed_one_goes_on_after_its_last_load(pellet, pressed, tmp_path, monkeypatch):
    kept, real = [], pellet_run.save_loads

    def killed_after_one(file, states, key):
        real(file, states, key)
        raise KeyboardInterrupt

    monkeypatch.setattr(pellet_run, "save_loads", killed_after_one)
    with pytest.raises(KeyboardInterrupt):
        na.run(pellet, tmp_path / "out")
    half = na.PelletRun(tmp_path / "out")
    assert half.state == "interrupted" and half.case == pellet
    monkeypatch.setattr(pellet_run, "save_loads", lambda *a: (real(*a), kept.append(len(a[1]))))
    whole = na.run(pellet, tmp_path / "out")
    assert kept == [2]
    assert whole.history.equals(pressed.history)
    na.run(pellet, tmp_path / "out")
    assert kept == [2]
    with pytest.raises(na.RunFolderError, match="another case"):
        na.run(pellet.with_({"pellet.diameter": "12 mm"}), tmp_path / "out")


def test_nothing_is_left_behind(pellet, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    fluid = pellet.with_(pellet={"diameter": "10 mm", "loading": "isostatic"})
    run = na.run(fluid)
    assert run.plot("pellet_pressure").get_axes()
    del run
    assert list(tmp_path.iterdir()) == []
