"""What a fit reads from the runs of an interface."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from napress.cases.fit.contact_run import face_of
from napress.cases.runs import folder as run_folder
from napress.postprocess.records.recorder import HISTORY, PROFILES


@pytest.mark.parametrize("dimension", [2, 3])
def test_contact_and_its_pressure_are_those_of_the_run(tmp_path, dimension):
    """In 3-D pressed points may stand above the tolerance, and points stand for unlike areas."""
    area = np.array([3.0, 1.0, 3.0, 1.0])
    pressure = np.array([4.0, 8.0, 0.0, 0.0])
    gap = np.array([0.002, 0.0, 0.5, 0.0005]) if dimension == 3 else np.array([0.0, 0.0, 0.5, 0.5])
    places = np.zeros((4, 1, dimension))
    places[:, 0, 0] = np.cumsum(area) - 0.5 * area
    (tmp_path / PROFILES).mkdir()
    np.savez_compressed(
        tmp_path / PROFILES / "step_000001.npz",
        pressure_MPa=2.5,
        position_um=places,
        gap_um=gap[:, None],
        contact_pressure_MPa=pressure[:, None],
        in_contact=pressure[:, None] > 0,
        area_um=area[:, None],
    )
    row = {"step": 1, "is_target": 1, "pressure_MPa": 2.5, "constriction_asr_ohm_cm2": 0.1}
    pd.DataFrame([row]).to_csv(tmp_path / HISTORY, index=False)
    (tmp_path / run_folder.CASE_FILE).touch()
    (tmp_path / run_folder.STATUS_FILE).write_text("{}")
    face, _ = face_of(tmp_path, 1.0)
    found = face.at([2.5])
    assert found.share.sum() == pytest.approx(0.5)
    assert (found.share * found.contact_MPa).sum() == pytest.approx(2.5)
