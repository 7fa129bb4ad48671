"""A checkpoint holds all that a run continues from, and refuses to be another's."""

from __future__ import annotations

from dataclasses import replace

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
from napress.fem.stepping import equilibrium
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
        same(one, other)


def same(one, other):
    """Whether two accepted steps are the same to the last bit."""
    for name in ("displacement_um", "pressure_MPa", "void", "external_work", "dissipation"):
        value, expected = getattr(one.committed, name), getattr(other.committed, name)
        assert value == expected, (other.committed.step, name)
    np.testing.assert_array_equal(one.committed.state.sodium, other.committed.state.sodium)
    assert one.iterations == other.iterations


def every_step_saved(folder, targets, slip_resistance=0.0):
    """Steps of a run, each with its checkpoint, and how many tangents each has built."""
    system = fresh()
    start = replace(first_touch(system, CONTROL), slip_resistance=slip_resistance)
    steps, built = [], [0]

    def listen(accepted):
        steps.append(accepted)
        built.append(system.factorisations)
        path = folder / f"{accepted.committed.step}.npz"
        checkpoint.save(path, system, accepted, start.void, "key")

    assert follow(system, pressure_targets(targets), CONTROL, listen, start, start.void).finished
    return steps, np.diff(built)


def next_step(path, targets):
    """The step that a run resumed from a checkpoint takes first."""
    system, found = fresh(), []
    start, void = checkpoint.restore(path, system, "key")
    # It ends early where it may go no further than this.
    control = replace(CONTROL, max_steps=start.step + 1)
    follow(system, pressure_targets(targets), control, found.append, start, void, True)
    return found[0]


def test_a_tangent_older_than_the_step_is_the_same_after_a_resume(tmp_path, monkeypatch):
    # So coarse that steps are solved with the tangent of the one before.
    monkeypatch.setattr(equilibrium, "RESIDUAL_TOLERANCE", 3.0)
    targets = (1.0,)
    steps, built = every_step_saved(tmp_path, targets)
    old = [index for index, count in enumerate(built[:-1]) if count == 0]
    assert old, "each step has built a tangent of its own"
    for index in old:
        same(next_step(tmp_path / f"{index + 1}.npz", targets), steps[index + 1])


def test_a_tangent_with_slip_resisted_is_the_same_after_a_resume(tmp_path):
    targets = (0.5,)
    steps, _ = every_step_saved(tmp_path, targets, slip_resistance=10.0)
    assert [step.committed.slip_resistance for step in steps[:2]] == pytest.approx([3.0, 0.0])
    for saved_at in (1, 2):
        same(next_step(tmp_path / f"{saved_at}.npz", targets), steps[saved_at])


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
