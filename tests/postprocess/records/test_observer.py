"""One more column: one object with ``columns``, one place where it is handed over."""

import json

import numpy as np
import pytest

from napress.postprocess.records.fields import read_body
from napress.postprocess.records.history import read_history
from napress.postprocess.records.observer import ObserverError
from napress.postprocess.records.recorder import FIELDS, HISTORY, SUMMARY, Recorder


class WidestGap:
    def columns(self, snapshot):
        return {"widest_gap_um": snapshot.interface.gap_um.max()}


def test_an_object_with_columns_is_enough(tmp_path, synthetic):
    recorder = Recorder(tmp_path, 2, [WidestGap()])
    for step, pressure in enumerate((0.0, 0.5, 1.2)):
        recorder.on_step(synthetic.make_snapshot(step, pressure))
    history = read_history(tmp_path / HISTORY)
    expected = [synthetic.make_interface(p).gap_um.max() for p in (0.0, 0.5, 1.2)]
    assert list(history["widest_gap_um"]) == expected
    summary = recorder.finish(wall_s=1.0, cpu_s=1.0, peak_memory_MB=1.0)
    assert summary["widest_gap_um"] == expected[-1]


class Whole:
    def __init__(self):
        self.kept = []

    def columns(self, snapshot):
        self.kept.append(snapshot.step)
        return {"seen": len(self.kept)}

    def cell_fields(self, snapshot):
        return {"twice_volume_um": 2.0 * snapshot.ceramic.cell_data["volume_um"]}

    def truncate(self, last_step):
        self.kept = [step for step in self.kept if step <= last_step]

    def summary(self, history):
        return {"most_seen": history["seen"].max(), "steps_seen": list(history["step"])}


def test_an_observer_may_forget_add_fields_and_sum_up(tmp_path, synthetic):
    observer = Whole()
    recorder = Recorder(tmp_path, 2, [observer])
    for step in range(4):
        recorder.on_step(synthetic.make_snapshot(step, 0.3 * step))
    recorder.truncate(1)
    assert observer.kept == [0, 1]
    recorder.on_step(synthetic.make_snapshot(2, 0.7))
    recorder.finish(wall_s=1.0, cpu_s=1.0, peak_memory_MB=1.0)
    found = json.loads((tmp_path / SUMMARY).read_text())
    assert found["most_seen"] == 3.0 and found["steps_seen"] == [0, 1, 2]
    ceramic = read_body(tmp_path / FIELDS, "ceramic")
    volume = synthetic.make_ceramic().cell_data["volume_um"]
    assert ceramic.cell_data["twice_volume_um"] == pytest.approx(2 * volume, rel=1e-6)


def giving(value):
    return type("Mine", (), {"columns": lambda self, snapshot: value(snapshot)})()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (lambda s: {"a b": 1.0}, "column 'a b': allowed are letters"),
        (lambda s: {"pressure_MPa": 1.0}, "column 'pressure_MPa': there is one of that name"),
        (lambda s: {"mine_um": "wide"}, "column 'mine_um': 'wide'; allowed: a number"),
        (lambda s: {"mine_um": np.ones(2)}, "column .mine_um.: array.*allowed: a number"),
        (lambda s: 3.0, "columns: float; allowed: a dict"),
        (lambda s: s.nothing, "columns: AttributeError: .*nothing"),
    ],
)
def test_what_is_no_column_is_named_and_leaves_no_row(tmp_path, synthetic, value, said):
    recorder = Recorder(tmp_path, 2, [giving(value)])
    with pytest.raises(ObserverError, match=f"observer Mine: {said}"):
        recorder.on_step(synthetic.make_snapshot(0, 0.0))
    assert not (tmp_path / HISTORY).exists()


def test_time_of_an_observer_with_a_stage_is_counted_under_its_name(tmp_path, synthetic):
    from contextlib import contextmanager

    counted = []

    @contextmanager
    def stage(name):
        counted.append(name)
        yield

    observer = WidestGap()
    observer.stage = "gaps"
    Recorder(tmp_path, 2, [observer], stage=stage).on_step(synthetic.make_snapshot(0, 0.0))
    assert counted == ["gaps"]
