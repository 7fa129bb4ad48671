"""The shipped experiments: their cases load, and model and measurement are paired rightly."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from napress.cases.errors import CaseError
from napress.cases.schema.load import load_case
from napress.cases.validation import experiments, stripping

MEASURES = {
    "interface_asr_ohm_cm2",
    "interface_asr_with_waviness_ohm_cm2",
    "interface_asr_with_elastic_waviness_ohm_cm2",
    "contact_percent",
    "contact_deficit_percent",
    "settled_pressure_MPa",
    "tension_utilisation",
    "flaw_local_probability",
    "flaw_critical_depth_um",
    "weibull_pia_volume_probability",
}


@pytest.mark.parametrize("name", experiments.case_names())
def test_shipped_cases_load_and_state_where_their_roughness_is_from(name):
    path = experiments.case_path(name)
    case = load_case(path)
    targets = {stage.pressure for stage in case.program}
    text = path.read_text(encoding="utf-8")
    assert "ESTIMATE" in text and case.ceramic.material.ionic_conductivity is not None
    for entry in experiments.experiments():
        assert entry["measure"] in MEASURES and entry["source"]
        if entry["case"] == name:
            assert set(entry.get("pressures_MPa", [])) <= targets
            assert len(entry["measured"]) == len(entry.get("pressures_MPa", [0]))


def test_every_shipped_case_is_compared():
    folder = experiments.case_path(experiments.case_names()[0]).parent
    shipped = {path.stem for path in folder.glob("*.toml")} - {"experiments"}
    assert shipped == set(experiments.case_names()) | {one.case for one in stripping.SYSTEMS}


def write_run(folder, ended="completed", last=265.0):
    folder.mkdir(parents=True)
    rows = [(1, 0.4, 8.0), (20, 0.81, 0.05), (120, 0.9, 0.01), (265, 0.9, 0.0)]
    columns = ["pressure_MPa", "contact_fraction", "interface_asr_ohm_cm2"]
    table = pd.DataFrame([row for row in rows if row[0] <= last], columns=columns)
    table.insert(0, "step", range(1, len(table) + 1))
    table["is_target"] = 1
    table.to_csv(folder / "history.csv", index=False)
    (folder / "summary.json").write_text(json.dumps({"ended": ended}), encoding="utf-8")


def test_contact_missing_is_relative_to_the_last_target(tmp_path):
    write_run(tmp_path / "li-lpscl-rough")
    rows = experiments.compare(["li-lpscl-rough"], tmp_path)
    missing = [row for row in rows if "missing" in row.quantity]
    assert [row.pressure_MPa for row in missing] == [20.0, 120.0]
    assert rows[0].model == pytest.approx(10.0) and rows[1].model == pytest.approx(0.0)
    assert "| 20 | 14 | 10 |" in experiments.markdown(rows)


def test_a_run_that_stopped_is_reported_as_that(tmp_path):
    write_run(tmp_path / "li-lpscl-rough", ended="smallest step reached", last=20.0)
    rows = experiments.compare(["li-lpscl-rough"], tmp_path)
    # Without the reference at 265 MPa there is no deficit at 20 MPa either.
    assert rows[0].model is None and rows[1].model is None
    assert rows[1].remark == "stopped: smallest step reached"
    assert "stopped: smallest step reached" in experiments.markdown(rows)


def test_resistance_settles_where_it_stays_low():
    def table(asr):
        pressures = [1.0, 2.0, 5.0, 10.0][: len(asr)]
        return pd.DataFrame({"pressure_MPa": pressures, "interface_asr_ohm_cm2": asr})

    assert experiments.settled_pressure_MPa(table([10.0, 0.05, 0.2, 0.01])) == 10.0
    assert experiments.settled_pressure_MPa(table([10.0, 0.05, 0.01])) == 2.0
    assert experiments.settled_pressure_MPa(table([10.0, 5.0])) is None


def test_an_unknown_case_is_one_line():
    with pytest.raises(CaseError, match="did you mean 'li-llzo'"):
        experiments.chosen_cases(["li-llz"])
