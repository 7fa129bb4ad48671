"""Load programs: what the platen does over time, staged pressing, release, resuming."""

from __future__ import annotations

from dataclasses import replace

import napress.meshes.backend  # noqa: F401

import pytest
from mpi4py import MPI

from napress.cases.verification.metal.creep_point import creeping, norton
from napress.cases.verification.pressing import timed_pressing
from napress.cases.verification.pressing.pressing import sinusoid_problem
from napress.fem.coupled.problem import InterfaceProblem, build_system
from napress.fem.inputs.load_program import (
    Displacement,
    Hold,
    PressureTarget,
    Ramp,
    Release,
    has_time,
    highest_pressure_MPa,
    holds_position,
    pressure_targets,
)
from napress.fem.inputs.step_control import StepControl
from napress.fem.state import checkpoint
from napress.fem.state.committed import first_touch
from napress.fem.stepping import follow as loop
from napress.fem.stepping.follow import follow
from napress.fem.stepping.pressure_stage import PressureStage
from napress.fem.stepping.ramp_stage import PRESSURE_ERROR
from napress.fem.stepping.step_size import CUT
from napress.meshes.surfaces import Sinusoid, build_surface

CONTROL = StepControl(void_error_percent=1000.0, first_step_um=0.02, largest_step_um=0.04)
WARM_K = 333.15
PROGRAM = (
    Ramp(0.2, 10.0),
    Hold(20.0, WARM_K),
    Release(0.05, 1.0, WARM_K),
    PressureTarget(0.3),
    Displacement(0.9, 5.0),
    Hold(50.0),
)
SAVED_AT = (16, 36)


def system_of(law):
    return build_system(replace(sinusoid_problem(16), sodium=creeping(law)), MPI.COMM_SELF)


def followed(law, program, listener=None):
    system = system_of(law)
    start = first_touch(system, CONTROL)
    steps = []

    def listen(accepted):
        steps.append(accepted)
        if listener is not None:
            listener(system, accepted, start.void)

    outcome = follow(system, program, CONTROL, listen, start, start.void)
    assert outcome.finished, outcome.reason
    return steps


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    """A program of every kind of entry, with the checkpoints of two of its steps."""
    folder = tmp_path_factory.mktemp("run")

    def save(system, accepted, void):
        if accepted.committed.step in SAVED_AT:
            path = folder / f"{accepted.committed.step}.npz"
            checkpoint.save(path, system, accepted, void, "key")

    return folder, followed(norton(has_yield=True), PROGRAM, save)


def ends_of(steps):
    return [step.committed for step in steps if step.is_target]


def test_every_entry_ends_where_it_should(staged):
    ends = ends_of(staged[1])
    assert [end.target for end in ends] == [1, 2, 3, 4, 5, 6]
    assert [end.time_s for end in ends] == pytest.approx([10, 30, 31, 31, 36, 86])
    assert [end.temperature_K for end in ends] == [298.15, WARM_K, WARM_K, 298.15, 298.15, 298.15]
    for end, pressure in zip(ends[:4], (0.2, 0.2, 0.05, 0.3), strict=True):
        assert end.pressure_MPa == pytest.approx(pressure, rel=1e-6)
    assert ends[4].displacement_um == pytest.approx(0.9)
    assert ends[5].displacement_um == pytest.approx(0.9)


def test_holding_closes_and_a_platen_that_stands_relaxes(staged):
    ends = ends_of(staged[1])
    assert ends[1].void < 0.9 * ends[0].void, "warm creep goes on under a held pressure"
    assert ends[5].pressure_MPa < 0.8 * ends[4].pressure_MPa
    pressures = [step.committed.pressure_MPa for step in staged[1]]
    times = [step.committed.time_s for step in staged[1]]
    assert all(a <= b for a, b in zip(times, times[1:], strict=False))
    on_ramp = [(t, p) for t, p in zip(times, pressures, strict=True) if t <= 10.0]
    for time, pressure in on_ramp:
        assert pressure == pytest.approx(0.02 * time, rel=PRESSURE_ERROR)


@pytest.mark.parametrize("saved_at", SAVED_AT)
def test_resumed_run_continues_as_if_never_stopped(staged, saved_at):
    folder, steps = staged
    system = system_of(norton(has_yield=True))
    start, void = checkpoint.restore(folder / f"{saved_at}.npz", system, "key")
    saved = steps[saved_at - 1].committed
    for name in ("time_s", "temperature_K", "crept_s", "share", "share_step", "target"):
        assert getattr(start, name) == getattr(saved, name), name
    again = []
    assert follow(system, PROGRAM, CONTROL, again.append, start, void, True).finished
    rest = steps[saved_at:]
    assert len(again) == len(rest) > 5
    for one, other in zip(again, rest, strict=True):
        for name in ("time_s", "displacement_um", "pressure_MPa", "void", "dissipation"):
            value, expected = getattr(one.committed, name), getattr(other.committed, name)
            assert value == expected, (other.committed.step, name)


def test_targets_without_time_are_followed_as_before():
    steps = followed(None, pressure_targets((0.1, 0.2)))
    system = system_of(None)
    start = first_touch(system, CONTROL)
    before = []
    follow(system, pressure_targets((0.1, 0.2)), CONTROL, before.append, start, start.void)
    assert [s.committed.displacement_um for s in steps] == [
        s.committed.displacement_um for s in before
    ]
    assert all(step.committed.time_s == 0.0 for step in steps)


def test_rate_independent_metal_does_not_notice_time():
    ramp, slow = (ends_of(followed(None, (Ramp(0.2, s), Hold(9 * s)))) for s in (1e-3, 1e6))
    assert [end.void for end in ramp] == pytest.approx([end.void for end in slow], rel=1e-9)
    assert ramp[0].void == pytest.approx(ramp[1].void, rel=5e-3)
    assert slow[1].time_s == pytest.approx(1e7)


def test_release_springs_back_by_its_closed_form():
    rows = timed_pressing.springback()
    assert all(row.passed for row in rows), [(row.name, row.error) for row in rows]


def test_lifted_off_and_pressed_again():
    program = (Ramp(0.2, 1.0), Displacement(0.1), Hold(1.0), Ramp(0.25, 1.0))
    steps = followed(norton(has_yield=True), program)
    pressed, lifted, _, again = ends_of(steps)
    assert lifted.pressure_MPa == pytest.approx(0.0, abs=1e-9)
    assert lifted.void > pressed.void and again.void < pressed.void
    assert again.pressure_MPa == pytest.approx(0.25, rel=1e-6)
    assert len(steps) < 100


def test_limits_of_the_step_control_end_a_run():
    system = system_of(norton())
    start = first_touch(system, CONTROL)
    few = replace(CONTROL, max_steps=3)
    outcome = follow(system, (Ramp(1.0, 1.0),), few, lambda step: None, start, start.void)
    assert not outcome.finished and "limit of 3 steps" in outcome.reason
    assert 0.0 < outcome.committed.time_s < 1.0


def test_programs_as_data():
    assert has_time(PROGRAM) and not has_time(pressure_targets((1.0, 2.0)))
    assert highest_pressure_MPa(PROGRAM) == 0.3
    assert highest_pressure_MPa((Displacement(1.0),)) == 0.0
    assert [holds_position(PROGRAM, i) for i in range(6)] == [False] * 4 + [True] * 2


def test_contact_that_is_lost_on_new_nodes_ends_the_run_with_its_reason(monkeypatch):
    """Redistribution comes between the question whether a stage can go on and its next try."""
    system, control = system_of(norton()), CONTROL
    start = first_touch(system, control)

    class Lost:
        begin = staticmethod(lambda now: now)
        done = staticmethod(lambda now: False)
        stopped = staticmethod(lambda now: "all contact is lost" if now.redistributions else "")

        def attempt(self, now, reuse):
            raise AssertionError("tried where nothing touches")

    class Due:
        def __init__(self, *given):
            pass

        def due(self, now, in_need):
            return not now.redistributions

    monkeypatch.setattr(loop, "_stage", lambda *given: Lost())
    monkeypatch.setattr(loop, "Upkeep", Due)
    monkeypatch.setattr(
        loop,
        "_redistributed",
        lambda system, stage, upkeep, now, *rest: replace(now, redistributions=1),
    )
    outcome = follow(system, (Hold(1.0),), control, lambda step: None, start, start.void)
    assert not outcome.finished and outcome.reason == "all contact is lost"


def map_problem(profile):
    """The metal and the ceramic of a profile, on an egg-box."""
    egg_box = build_surface(Sinusoid(0.5, 20.0), 20.0, dimension=3)
    return InterfaceProblem(egg_box, 4, 20.0, 20.0, profile.sodium, profile.ceramic)


@pytest.mark.parametrize(("dimension", "goal_MPa"), [(2, 1.0), (3, 0.3)])
def test_what_follows_a_try_that_fails_from_the_last_tangent(monkeypatch, dimension, goal_MPa):
    profile = sinusoid_problem(16)
    problem = profile if dimension == 2 else map_problem(profile)
    system, tries = build_system(problem, MPI.COMM_SELF), []
    attempt = PressureStage.attempt

    def failing(stage, now, reuse):
        tried = attempt(stage, now, reuse)
        tries.append((now.step, now.step_size_um, reuse))
        # The first try of the fourth step.
        if now.step == 3 and sum(step == 3 for step, *_ in tries) == 1:
            result = replace(tried.result, converged=False, reason="made to fail")
            tried = replace(tried, result=result)
        return tried

    monkeypatch.setattr(PressureStage, "attempt", failing)
    control = replace(CONTROL, largest_step_um=0.02)
    start, steps, program = first_touch(system, control), [], pressure_targets((goal_MPa,))
    outcome = follow(system, program, control, steps.append, start, start.void)
    assert outcome.finished
    (_, size, reused), (_, again, reused_again) = [one for one in tries if one[0] == 3]
    assert reused
    if dimension == 2:
        assert (again, reused_again) == (size, False)
    else:
        assert (again, reused_again) == (pytest.approx(CUT * size), True)
    assert [step.rejected for step in steps[:5]] == [0, 0, 0, int(dimension == 3), 0]


HELD_CONTROL = StepControl(first_step_um=0.05)


def held_against_slip():
    """Metal held on a wave so steep that its first step goes beyond 0.02 MPa, and its start."""
    steep = build_surface(Sinusoid(amplitude_um=3.0, wavelength_um=20.0), 20.0)
    system = build_system(replace(sinusoid_problem(16), surface=steep), MPI.COMM_SELF)
    return system, replace(first_touch(system, HELD_CONTROL), slip_resistance=1e3)


def test_no_target_is_met_with_metal_held_against_slip():
    """What resists slip bears load: the pressure reached with it is not that of the contact."""
    system, start = held_against_slip()
    steps, loads = [], []
    goals = pressure_targets((0.02, 0.5))

    def listen(accepted):
        steps.append(accepted)
        loads.append(system.sodium.held_load())

    outcome = follow(system, goals, HELD_CONTROL, listen, start, start.void)
    assert outcome.finished
    resistance = [start.slip_resistance, *(one.committed.slip_resistance for one in steps)]
    first = next(at for at, one in enumerate(steps) if one.is_target)
    assert resistance[first] == 0.0
    # The platen waited above the target while the metal slipped.
    waited = [one for one in steps[:first] if one.committed.last_size_um == 0.0]
    assert waited
    assert steps[0].committed.pressure_MPa > 0.02
    # Contact and what resists slip bear what the platen presses with, contact alone at targets.
    area = system.nominal_area
    for one, held in zip(steps, loads, strict=True):
        at = one.evaluation
        force = system.sodium.face.reference_area @ (at.surface.area_ratio * at.pressure)
        borne = (force + held) / area
        assert borne == pytest.approx(one.committed.pressure_MPa, rel=1e-2)
        assert held == 0.0 or not one.is_target
    assert loads[0] > 0.5 * area * steps[0].committed.pressure_MPa


def test_metal_that_cannot_be_let_go_does_not_keep_the_platen_waiting(monkeypatch):
    """It waits once in vain; then the target is met with the metal held, which the run reports."""
    (system, start), goal = held_against_slip(), 0.02
    attempt = PressureStage.attempt

    def only_held(stage, now, reuse):
        tried = attempt(stage, now, reuse)
        if now.slip_resistance == 0.0:
            result = replace(tried.result, converged=False, reason="made to fail")
            tried = replace(tried, result=result)
        return tried

    monkeypatch.setattr(PressureStage, "attempt", only_held)
    steps, program = [], pressure_targets((goal,))
    outcome = follow(system, program, HELD_CONTROL, steps.append, start, start.void)
    assert outcome.finished and len(steps) < 15
    assert steps[-1].committed.pressure_MPa == pytest.approx(goal, rel=1e-6)
    assert steps[-2].committed.last_size_um == 0.0
