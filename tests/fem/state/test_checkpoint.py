"""A checkpoint holds all that a run continues from, and refuses to be another's."""

from __future__ import annotations

import napress.meshes.backend  # noqa: F401

import numpy as np
import pytest
from mpi import run_ranks
from mpi4py import MPI

from napress.cases.verification.pressing.pressing import sinusoid_problem
from napress.fem.coupled.problem import build_system
from napress.fem.inputs.load_program import pressure_targets
from napress.fem.inputs.step_control import StepControl
from napress.fem.state import checkpoint
from napress.fem.state.committed import first_touch
from napress.fem.stepping.follow import follow

TARGETS, SAVED_AT = (0.5, 1.0, 1.5), 12
CONTROL = StepControl(void_error_percent=1000.0, first_step_um=0.02, largest_step_um=0.02)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An uninterrupted run, with the checkpoint of one of its steps."""
    path = tmp_path_factory.mktemp("run") / "last.npz"
    system = build_system(sinusoid_problem(16), MPI.COMM_SELF)
    start = first_touch(system, CONTROL)
    steps = []

    def listen(accepted):
        steps.append(accepted)
        if accepted.committed.step == SAVED_AT:
            checkpoint.save(path, system, accepted, start.void, "key")

    outcome = follow(system, pressure_targets(TARGETS), CONTROL, listen, start, start.void)
    assert outcome.finished and len(steps) > SAVED_AT + 3
    return path, steps, start.void


def fresh():
    return build_system(sinusoid_problem(16), MPI.COMM_SELF)


def test_restored_values_are_the_saved_ones(whole):
    path, steps, void = whole
    restored, initial_void = checkpoint.restore(path, fresh(), "key")
    saved = steps[SAVED_AT - 1].committed
    assert initial_void == void
    for name in ("step", "displacement_um", "pressure_MPa", "target", "step_size_um", "void"):
        assert getattr(restored, name) == getattr(saved, name), name
    np.testing.assert_array_equal(restored.state.sodium, saved.state.sodium)
    np.testing.assert_array_equal(restored.state.deflection, saved.state.deflection)
    np.testing.assert_array_equal(restored.gap, saved.gap)


def test_restored_run_continues_as_if_never_stopped(whole):
    path, steps, _ = whole
    system = fresh()
    start, void = checkpoint.restore(path, system, "key")
    again = []
    outcome = follow(
        system, pressure_targets(TARGETS), CONTROL, again.append, start, void, tangent_ready=True
    )
    assert outcome.finished
    rest = steps[SAVED_AT:]
    assert len(again) == len(rest)
    for one, other in zip(again, rest, strict=True):
        for name in ("displacement_um", "pressure_MPa", "void", "external_work", "dissipation"):
            value, expected = getattr(one.committed, name), getattr(other.committed, name)
            assert value == pytest.approx(expected, rel=1e-6), (other.committed.step, name)
        assert one.iterations == other.iterations


def test_another_case_is_refused(whole):
    with pytest.raises(checkpoint.CheckpointError, match="another case"):
        checkpoint.restore(whole[0], fresh(), "other key")


def test_another_mesh_is_refused(whole):
    system = build_system(sinusoid_problem(20), MPI.COMM_SELF)
    with pytest.raises(checkpoint.CheckpointError, match="another mesh"):
        checkpoint.restore(whole[0], system, "key")


@pytest.mark.parametrize("keep", [0, 1, 100, 0.5, 0.999])
def test_truncated_is_refused(whole, tmp_path, keep):
    content = whole[0].read_bytes()
    length = int(keep * len(content)) if keep < 1 else keep
    damaged = tmp_path / "last.npz"
    damaged.write_bytes(content[:length])
    with pytest.raises(checkpoint.CheckpointError, match="not a whole checkpoint") as caught:
        checkpoint.restore(damaged, fresh(), "key")
    assert "\n" not in str(caught.value)


def test_flipped_bytes_are_refused(whole, tmp_path):
    content = bytearray(whole[0].read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(64 * [0x5A])
    damaged = tmp_path / "last.npz"
    damaged.write_bytes(bytes(content))
    with pytest.raises(checkpoint.CheckpointError):
        checkpoint.restore(damaged, fresh(), "key")


def test_saving_leaves_nothing_aside(whole):
    assert [path.name for path in whole[0].parent.iterdir()] == ["last.npz"]


FULL_DISK = """
import sys
from pathlib import Path
import napress.meshes.backend
from mpi4py import MPI
from napress.cases.verification.pressing.pressing import sinusoid_problem
from napress.fem.coupled.problem import build_system
from napress.fem.inputs.load_program import pressure_targets
from napress.fem.inputs.step_control import StepControl
from napress.fem.state import checkpoint
from napress.fem.state.committed import first_touch
from napress.fem.stepping.follow import follow

system = build_system(sinusoid_problem(16), MPI.COMM_WORLD)
start = first_touch(system, StepControl())

def save(accepted):
    checkpoint.save(Path(sys.argv[1], "missing", "c.npz"), system, accepted, start.void, "key")

try:
    follow(system, pressure_targets((0.5,)), StepControl(), save, start, start.void)
except OSError as error:
    print(f"rank {MPI.COMM_WORLD.rank}: {type(error).__name__}", flush=True)
"""


def test_a_disk_that_refuses_is_an_error_on_every_rank(tmp_path):
    script = tmp_path / "save.py"
    script.write_text(FULL_DISK)
    said = run_ranks(2, [script, tmp_path]).stdout
    assert "rank 0: FileNotFoundError" in said and "rank 1: FileNotFoundError" in said
