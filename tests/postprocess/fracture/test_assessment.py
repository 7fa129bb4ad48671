"""Fracture of a pellet step by step: area scaling, confinement, fields, summary, report."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from napress.fem.inputs.materials import CreepLaw
from napress.postprocess.fracture.assessment import (
    FractureAssessment,
    FractureSettings,
)
from napress.postprocess.fracture.confinement import Confinement
from napress.postprocess.fracture.filling import SlotFlow
from napress.postprocess.fracture.invasion import FlawInvasion
from napress.postprocess.fracture.scatter import FlawStatistics, Scatter
from napress.postprocess.fracture.summary import statistics_summary
from napress.postprocess.fracture.weibull import WeibullLaw
from napress.postprocess.measures.surface_cells import surface_facets, tangent_principal
from napress.postprocess.records.history import read_history
from napress.postprocess.records.recorder import Recorder
from napress.postprocess.report.run import write_report
from napress.postprocess.theory import flaws as closed

AREA_UM2 = 7.85e7
LAW = WeibullLaw(7.5, 85.0, 1e9, 1e7)


def settings(kind="rigid die", area=AREA_UM2, law=LAW):
    flaws = FlawStatistics(Scatter("lognormal", 1.0, 0.5), Scatter("lognormal", 1.3, 0.15))
    flow = SlotFlow(0.01, 0.235, 60.0, CreepLaw(0.53, 5.0))
    invasion = FlawInvasion(8e4 / (1 - 0.26**2), 0.235, 500.0, 0.53, 5.0)
    return FractureSettings(area, law, flaws, Confinement(kind, 8e4, 0.26), flow, invasion)


def with_stress(snapshot, six):
    data = dict(snapshot.ceramic.cell_data)
    data["stress_MPa"] = np.broadcast_to(np.asarray(six, float), (len(data["volume_um"]), 6)).copy()
    return replace(snapshot, ceramic=replace(snapshot.ceramic, cell_data=data))


def test_uniform_tension_gives_the_closed_form_at_the_pellets_area(synthetic, strength):
    snapshot = with_stress(synthetic.make_snapshot(1, 0.0), [20.0, 0, 0, 0, 0, 0])
    volume = snapshot.ceramic.cell_data["volume_um"].sum() * AREA_UM2 / synthetic.WAVELENGTH_UM
    wanted = -math.expm1(-volume / LAW.volume_um3 * (20.0 / 85.0) ** 7.5)
    row = FractureAssessment(settings(), strength).columns(snapshot)
    for name in ("pia", "nsa"):
        assert row[f"weibull_{name}_volume_probability"] == pytest.approx(wanted, rel=1e-9)
    twice = FractureAssessment(settings(area=2 * AREA_UM2), strength).columns(snapshot)
    both = 1 - (1 - wanted) ** 2
    assert twice["weibull_pia_volume_probability"] == pytest.approx(both, rel=1e-9)


def test_flat_surface_in_tension(synthetic, strength):
    snapshot = synthetic.make_snapshot(1, 0.0)
    snapshot = replace(snapshot, ceramic=synthetic.make_ceramic(0.0, 0.0, amplitude=0.0))
    snapshot = with_stress(snapshot, [30.0, 0, 0, 0, 0, 0])
    row = FractureAssessment(settings(), strength).columns(snapshot)
    wanted = -math.expm1(-AREA_UM2 / LAW.area_um2 * (30.0 / 85.0) ** 7.5)
    for name in ("pia", "nsa"):
        assert row[f"weibull_{name}_surface_probability"] == pytest.approx(wanted, rel=1e-9)


def test_surface_facets_lie_on_the_surface(synthetic):
    for ceramic, wanted in (
        (synthetic.make_ceramic(amplitude=0.0), synthetic.WAVELENGTH_UM),
        (synthetic.make_snapshot_3d(1, 2.0).ceramic, None),
    ):
        facets = surface_facets(ceramic)
        assert (facets.cell >= 0).all()
        gram = np.einsum("fia,fja->fij", facets.tangent, facets.tangent)
        np.testing.assert_allclose(gram, np.broadcast_to(np.eye(2), gram.shape), atol=1e-12)
        np.testing.assert_allclose(
            np.einsum("fia,fa->fi", facets.tangent, facets.normal), 0.0, atol=1e-12
        )
        up = facets.normal[:, 1 if wanted else 2]
        assert (up > 0).all()
        if wanted:
            assert facets.area_um.sum() == pytest.approx(wanted)
        else:
            assert (facets.area_um * up).sum() == pytest.approx(36.0)


def test_tangential_stress_on_a_slope(synthetic):
    """Hydrostatic pressure has the same stress in every tangent plane."""
    ceramic = synthetic.make_snapshot_3d(1, 2.0).ceramic
    facets = surface_facets(ceramic)
    stress = np.tile([-3.0, -3.0, -3.0, 0.0, 0.0, 0.0], (len(ceramic.cells), 1))
    assert tangent_principal(stress, facets)[0] == pytest.approx(np.full((len(facets.cell), 2), -3))


def flat_step(synthetic, pressure):
    """A closed flat interface in a die: pressure above, nu / (1 - nu) of it sideways."""
    lateral = -closed.rigid_die_lateral_MPa(pressure, 0.26)
    snapshot = synthetic.make_snapshot(5, pressure)
    flat = synthetic.make_ceramic(0.0, 0.0, amplitude=0.0)
    snapshot = with_stress(replace(snapshot, ceramic=flat), [lateral, -pressure, lateral, 0, 0, 0])
    even = np.full_like(snapshot.interface.pressure_MPa, pressure)
    return replace(snapshot, interface=replace(snapshot.interface, pressure_MPa=even))


@pytest.mark.parametrize("kind", ["rigid die", "none"])
def test_solved_field_of_a_flat_surface_is_the_closed_form(synthetic, strength, kind):
    row = FractureAssessment(settings(kind), strength).columns(flat_step(synthetic, 360.0))
    wanted = row["flaw_stress_intensity_MPa_sqrt_m"]
    assert row["flaw_local_stress_intensity_MPa_sqrt_m"] == pytest.approx(wanted, rel=0.003)
    assert row["flaw_local_probability"] == pytest.approx(row["flaw_probability"], rel=0.03)
    assert row["flaw_critical_depth_um"] == pytest.approx(
        {"rigid die": 7.9, "none": 3.3}[kind], 0.01
    )


def test_isostatic_pellet_does_not_break(synthetic, strength):
    row = FractureAssessment(settings("isostatic"), strength).columns(flat_step(synthetic, 360.0))
    found = {name: value for name, value in row.items() if name.endswith("probability")}
    assert len(found) == 9 and not any(found.values())
    assert row["lateral_stress_MPa"] == 360.0 and math.isinf(row["flaw_critical_depth_um"])


def test_unconfined_pellet_is_weaker_by_every_measure(synthetic, strength):
    snapshot = synthetic.make_snapshot(3, 200.0)
    held, free = (
        FractureAssessment(settings(kind), strength).columns(snapshot)
        for kind in ("rigid die", "none")
    )
    worse = [n for n in held if n.endswith(("_probability", "_utilisation"))]
    assert len(worse) == 12
    assert all(free[name] >= held[name] for name in worse)
    assert free["tension_utilisation"] > held["tension_utilisation"]


@pytest.mark.parametrize("dimension", [2, 3])
def test_columns_are_numbers_and_say_where(synthetic, strength, dimension):
    make = synthetic.make_snapshot if dimension == 2 else synthetic.make_snapshot_3d
    row = FractureAssessment(settings(), strength).columns(make(3, 300.0))
    assert all(isinstance(v, float) and math.isfinite(v) for v in row.values())
    units = (
        "cells_on_pellet",
        "_MPa",
        "_um",
        "_probability",
        "_utilisation",
        "_share",
        "_MPa_sqrt_m",
    )
    assert [name for name in row if not name.endswith(units)] == []
    side_um = synthetic.WAVELENGTH_UM if dimension == 2 else 6.0
    assert row["cells_on_pellet"] == pytest.approx(AREA_UM2 / side_um**2)
    axes = "xy" if dimension == 2 else "xyz"
    for name in ("weibull_nsa_volume", "weibull_pia_surface", "drucker_prager"):
        assert {f"{name}_{axis}_um" for axis in axes} | {f"{name}_depth_um"} <= set(row)


def test_ceramic_without_a_weibull_modulus(synthetic, strength):
    assessment = FractureAssessment(settings(law=None), strength)
    snapshot = synthetic.make_snapshot(3, 50.0)
    assert not any(name.startswith("weibull") for name in assessment.columns(snapshot))
    fields = assessment.cell_fields(snapshot)
    assert "weibull_risk_per_um3" not in fields and "mohr_coulomb_safety" in fields


def test_fields_agree_with_the_columns(synthetic, strength):
    assessment = FractureAssessment(settings(), strength)
    snapshot = synthetic.make_snapshot(3, 300.0)
    row, fields = assessment.columns(snapshot), assessment.cell_fields(snapshot)
    for name in ("mohr_coulomb", "drucker_prager"):
        assert fields[f"{name}_safety"].min() == pytest.approx(1 / row[f"{name}_utilisation"])
        assert fields[f"{name}_safety"].max() <= 1000.0
    volume = snapshot.ceramic.cell_data["volume_um"]
    risk = fields["weibull_risk_per_um3"] @ volume * AREA_UM2 / snapshot.nominal_area_um
    assert row["weibull_pia_volume_probability"] == pytest.approx(-math.expm1(-risk))


@pytest.fixture(scope="module")
def assessed_run(tmp_path_factory, synthetic, strength):
    folder = tmp_path_factory.mktemp("assessed")
    recorder = Recorder(folder, 2, [FractureAssessment(settings(), strength)])
    for step, pressure in enumerate((0.0, 5.0, 100.0, 360.0)):
        recorder.on_step(synthetic.make_snapshot(step, pressure, is_target=True))
    recorder.finish(wall_s=1.0, cpu_s=1.0, peak_memory_MB=1.0)
    return folder


def test_summary_has_the_numbers_and_the_seed(assessed_run):
    found = json.loads((assessed_run / "summary.json").read_text())["fracture_statistics"]
    assert found["flaw"]["sampled"]["seed"] == 1
    assert found["flaw"]["critical_depth_isostatic_um"] is None
    assert found["flaw"]["critical_depth_none_um"] == pytest.approx(3.31, rel=1e-2)
    assert set(found["probabilities"]) >= {"flaw_probability", "weibull_nsa_surface_probability"}
    assert "rigid die" in found["text"] and "ν/(1−ν)" in " ".join(found["rests_on"])
    history = read_history(assessed_run / "history.csv")
    assert math.isinf(history["flaw_critical_depth_um"].iloc[0])
    again = statistics_summary(history, settings())
    assert again["probabilities"] == found["probabilities"]


def test_report_shows_them(assessed_run):
    page = write_report(assessed_run, fracture=settings()).read_text()
    assert "Fracture of the pellet" in page and "seed 1" in page
    assert "rigid die: 7.86, none: 3.31, isostatic: held shut" in page
    assert (assessed_run / "figures" / "fracture.png").stat().st_size > 10_000
    # From summary.json alone, when the settings are not at hand.
    assert "Fracture of the pellet" in write_report(assessed_run).read_text()


def test_history_without_the_columns_gives_no_section(run_folder):
    history = read_history(run_folder / "history.csv")
    assert statistics_summary(history, settings()) == {}


def test_a_resumed_run_knows_how_far_sodium_has_crept(tmp_path, synthetic, strength):
    """In a timed program the depth reached depends on all steps before."""
    base = settings()
    asked = replace(base, flow=replace(base.flow, timed=True))
    steps = [
        replace(synthetic.make_snapshot(step, pressure), time_s=time_s, temperature_K=333.15)
        for step, time_s, pressure in (
            (1, 5.0, 1.0),
            (2, 10.0, 5.0),
            (3, 40.0, 5.0),
            (4, 41.0, 2.0),
        )
    ]
    whole = Recorder(tmp_path / "whole", 2, [FractureAssessment(asked, strength)])
    wanted = [whole.on_step(snapshot) for snapshot in steps]
    killed = Recorder(tmp_path / "killed", 2, [FractureAssessment(asked, strength)])
    for snapshot in steps[:3]:
        killed.on_step(snapshot)
    resumed = Recorder(tmp_path / "killed", 2, [FractureAssessment(asked, strength)])
    resumed.truncate(2)
    for snapshot, row in zip(steps[2:], wanted[2:], strict=True):
        assert resumed.on_step(snapshot)["flaw_reach_creep_um"] == row["flaw_reach_creep_um"] > 0
    untimed = FractureAssessment(base, strength).columns(steps[-1])
    assert untimed["flaw_reach_creep_um"] != wanted[-1]["flaw_reach_creep_um"]
