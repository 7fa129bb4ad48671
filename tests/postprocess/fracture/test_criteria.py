"""A strength criterion is one entry of the table: everything that shows criteria shows it."""

import numpy as np
import pytest

from napress.postprocess.figures.sweeps.data import with_margin
from napress.postprocess.fracture import criteria
from napress.postprocess.fracture.criteria import Criterion
from napress.postprocess.pellet.two_scales import sweep_of_run
from napress.postprocess.records.columns import head, unknown_columns
from napress.postprocess.records.fields import read_body
from napress.postprocess.records.history import read_history
from napress.postprocess.records.recorder import FIELDS, HISTORY, Recorder
from napress.postprocess.report import sweep
from napress.postprocess.report.run import write_report


def tresca(principal_MPa, tensile_MPa, compressive_MPa):
    """Shear alone, an entry made up for the test."""
    return (principal_MPa[:, 0] - principal_MPa[:, 2]) / (2.0 * tensile_MPa)


@pytest.fixture
def added(monkeypatch):
    """The one entry."""
    monkeypatch.setitem(criteria.CRITERIA, "tresca", Criterion("Tresca", "s1 − s3 = 2 st", tresca))


def test_one_entry_reaches_columns_fields_summary_and_page(
    added, tmp_path, synthetic, assess, strength
):
    recorder = Recorder(tmp_path, 2, [assess(strength)])
    for step, pressure in enumerate((0.0, 5.0, 360.0)):
        recorder.on_step(synthetic.make_snapshot(step, pressure, is_target=pressure > 0))
    result = recorder.finish(wall_s=1.0, cpu_s=1.0, peak_memory_MB=1.0)
    history = read_history(tmp_path / HISTORY)
    used = history["tresca_utilisation"]
    assert used.max() > 0.0 and "tresca_depth_um" in history
    assert "if_isostatic_tresca_utilisation" in history
    assert head("tresca_utilisation") == "Use of strength, Tresca"
    assert unknown_columns(history, "history.csv") == []
    assert result["fracture"]["tresca"]["margin"] == pytest.approx(1 / used.max())
    assert "tresca_safety" in read_body(tmp_path / FIELDS, "ceramic").cell_data
    assert "Tresca, s1 − s3 = 2 st" in write_report(tmp_path).read_text()


def test_it_decides_in_pellets_and_sweeps_if_it_says_so(added):
    import pandas as pd

    history = pd.DataFrame(
        {"pressure_MPa": [1.0, 2.0], "contact_fraction": [0.1, 0.2], "tension_utilisation": 0.1}
    )
    history["tresca_utilisation"] = [0.5, 2.0]
    assert np.allclose(sweep_of_run(history).fracture_use, [0.5, 2.0])
    assert with_margin(history)["margin"].iloc[-1] == pytest.approx(0.5)
    assert "fracture_tresca_margin" in sweep.results()
    history = history.rename(columns={"tresca_utilisation": "drucker_prager_utilisation"})
    assert np.allclose(sweep_of_run(history).fracture_use, 0.1)
