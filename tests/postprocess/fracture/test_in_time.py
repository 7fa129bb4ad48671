"""Flaws over the history of a run: the same as in a window, and where the model ends."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from napress.fem.inputs.materials import CreepLaw
from napress.postprocess.fracture.assessment import FractureAssessment
from napress.postprocess.fracture.confinement import Compact, Confinement
from napress.postprocess.fracture.filling import SlotFlow
from napress.postprocess.fracture.in_time import (
    GrowingFlaw,
    local_factor,
    reach_of,
    run_in_time,
    statistics_table,
)
from napress.postprocess.fracture.invasion import FlawInvasion
from napress.postprocess.fracture.scatter import FlawStatistics, Scatter
from napress.postprocess.fracture.settings import FractureSettings
from napress.postprocess.invasion.growth import Piece as Held
from napress.postprocess.invasion.growth import depth_after_um
from napress.postprocess.invasion.history import Stretch
from napress.postprocess.window.survival import Flaws, flaw_states

FLAWS = FlawStatistics(Scatter("lognormal", 14.0, 0.5), Scatter("lognormal", 0.2, 0.15))
BORATE = FlawInvasion(9300 / (1 - 0.41**2), 0.235, 500.0, 0.53, 5.0, (5.0, 6.1))
TABLE = statistics_table(FLAWS)


def settings(kind="none", timed=True, invasion=BORATE):
    flow = SlotFlow(0.001, 0.235, 60.0, CreepLaw(0.53, 5.0), timed=timed)
    confinement = Confinement(kind, 9300.0, 0.41, compact=Compact(30.0))
    return FractureSettings(7.85e7, None, FLAWS, confinement, flow, invasion)


def run_of(rows, local=1.0, way=0.3):
    """A history of (time, pressure) with a face that opens flaws more than a flat one."""
    time, pressure = np.array(rows, dtype=float).T
    chance = [
        np.array([FLAWS.probability(float(factor * p)) for p in pressure])
        for factor in (local, way)
    ]
    return pd.DataFrame(
        {
            "time_s": time,
            "pressure_MPa": pressure,
            "temperature_K": 298.15,
            "lateral_stress_MPa": 0.0,
            "flaw_local_probability": chance[0],
            "flaw_local_through_probability": chance[1],
            "flaw_depth_um": 14.0,
        }
    )


@pytest.mark.parametrize("hold", [60.0, 1200.0, 2e4])
def test_a_run_says_what_the_window_says(hold):
    rows = [(0, 0), *((30.0 * s, 60.0 * s) for s in np.linspace(0.05, 1, 20)), (30.0 + hold, 60.0)]
    rows.append((60.0 + hold, 1.0))
    found = run_in_time(run_of(rows, way=1.0), settings())
    history = (Stretch(0, 60, 30), Stretch(60, 60, hold), Stretch(60, 1, 30))
    states = ("no flaw starts", "arrested: pressure taken back", "short")
    metal, asked = BORATE.metals()[0], np.array([60.0])
    median = 0.2 / (1.1215 * np.sqrt(np.pi * 14e-6))
    index = flaw_states(
        settings().confinement,
        Flaws(BORATE, history, 14.0),
        metal,
        asked,
        np.ones_like,
        np.ones_like,
        median,
        np.array([hold]),
    )[0, 0]
    assert found["state"] == states[{-1: 0, 2: 1, 4: 2}[int(index)]]
    assert found["state"] == dict(zip((60.0, 1200.0, 2e4), states, strict=True))[hold]
    assert 0.0 <= found["short_probability"] <= found["start_probability"] <= 1.0


def test_a_field_that_fades_with_depth_arrests():
    """Twice the opening at the face, three tenths of it on the way: the median flaw stops."""
    rows = [(0.0, 10.0), (0.0, 20.0), (0.0, 30.0), (1e6, 30.0)]
    stopped = run_in_time(run_of(rows, local=2.0, way=0.3), settings())
    assert stopped["state"] == "arrested: lateral stress rises"
    assert run_in_time(run_of(rows, local=2.0, way=2.0), settings())["state"] == "short"


def test_without_time_nothing_is_said():
    assert "takes none" in run_in_time(run_of([(0, 10.0), (0, 60.0)]), settings())["text"]
    unknown = settings(invasion=FlawInvasion(1e4, 0.2, 500.0))
    assert "unknown" in run_in_time(run_of([(0, 10.0), (9, 60.0)]), unknown)["text"]


def test_the_depth_of_the_median_flaw_is_kept_and_found_again():
    growing = GrowingFlaw(settings())
    chance = FLAWS.probability(55.0)
    last = [growing.add(t, 55.0, 298.15, 0.0, chance) for t in (0.0, 600.0, 1800.0)][-1]
    law = depth_after_um(BORATE.metals()[0], [Held(55.0, 0.0, 1800.0)], 0.2, 14.0)
    assert last == pytest.approx(float(law), rel=5e-3) and last > 14.5
    again = GrowingFlaw(settings())
    history = run_of([(0.0, 55.0), (600.0, 55.0)])
    again.restore(history)
    assert again.add(1800.0, 55.0, 298.15, 0.0, chance) == pytest.approx(last, rel=1e-9)


def test_the_factor_of_a_face_comes_back_out_of_its_probabilities():
    pressure = np.array([10.0, 20.0, 30.0])
    chance = np.array([FLAWS.probability(1.4 * p) for p in pressure])
    found = local_factor(pressure, chance, np.zeros(3), TABLE, np.array([5.0, 15.0, 90.0]))
    assert found == pytest.approx(1.4, rel=3e-3)


def test_where_the_model_ends_is_a_warning():
    """w E'/dp of a flaw of 14 um, 10 nm wide, at 32 MPa is 3.5 um."""
    fits = reach_of(FLAWS, BORATE, 0.01 / 14.0, 32.0)
    assert 14.0 / fits.over_aperture == pytest.approx(3.5, rel=0.01)
    assert fits.over_thickness == pytest.approx(500 / 14)
    narrow = reach_of(FLAWS, replace(BORATE, thickness_um=100.0), 0.01, 32.0).warnings()
    assert len(narrow) == 2 and "unloaded width" in narrow[0] and "as thick" in narrow[1]
    assert reach_of(FLAWS, BORATE, 1e-4, 60.0).warnings() == []


def test_lateral_stress_that_rises_below_the_face_is_seen(synthetic, strength):
    """Tension within 3 um of the face, compression below: flaws open and do not get through."""
    snapshot = synthetic.make_snapshot(5, 60.0)
    flat = synthetic.make_ceramic(0.0, 0.0, amplitude=0.0)
    depth = -flat.points_um[flat.cells].mean(axis=1)[:, 1]
    data = dict(flat.cell_data)
    stress = np.zeros((len(flat.cells), 6))
    # The model of the cell is that of a rigid die; what it holds is taken off again.
    stress[:, :3] = np.where(depth < 3.0, 0.0, -60.0)[:, None] - 60.0 * 0.41 / 0.59
    even = np.full_like(snapshot.interface.pressure_MPa, 60.0)
    snapshot = replace(
        snapshot,
        ceramic=replace(flat, cell_data=data | {"stress_MPa": stress}),
        interface=replace(snapshot.interface, pressure_MPa=even),
    )
    shallow = replace(FLAWS, depth=Scatter("lognormal", 2.0, 0.1))
    row = FractureAssessment(replace(settings(), flaws=shallow), strength).columns(snapshot)
    assert row["flaw_local_probability"] == pytest.approx(shallow.probability(60.0), rel=0.05)
    assert row["flaw_local_through_probability"] < 1e-3 * row["flaw_local_probability"]


def test_a_run_remembers_what_its_compact_was_pressed_at(synthetic, strength):
    assessment = FractureAssessment(settings("compact"), strength)
    up, down = (synthetic.make_snapshot(s, p) for s, p in ((3, 100.0), (4, 50.0)))
    assert assessment.columns(up)["lateral_stress_MPa"] == pytest.approx(70.0)
    share = 0.41 / 0.59
    assert assessment.columns(down)["lateral_stress_MPa"] == pytest.approx(70.0 - 50.0 * share)
