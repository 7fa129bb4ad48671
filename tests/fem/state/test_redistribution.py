"""Redistributed nodes: a valid mesh, the same metal, the same answer."""

from __future__ import annotations

from dataclasses import replace

import napress.meshes.backend  # noqa: F401

import numpy as np
import pytest
from mpi4py import MPI

from napress.cases.verification.pressing.pressing import sinusoid_problem
from napress.fem.algebra import tensors
from napress.fem.coupled.newton import NewtonResult
from napress.fem.coupled.problem import build_system
from napress.fem.inputs.load_program import pressure_targets
from napress.fem.inputs.step_control import StepControl
from napress.fem.sodium.mesh_motion import MeshMotion
from napress.fem.state import checkpoint
from napress.fem.state.committed import first_touch
from napress.fem.state.redistribution import Redistribution, _lowest
from napress.fem.stepping import upkeep
from napress.fem.stepping.equilibrium import newton_settings
from napress.fem.stepping.follow import follow

CONTROL = StepControl(first_step_um=0.02, largest_step_um=0.05)


def pressed(targets, listener=None, elements=16, distortion=2.0):
    control = replace(CONTROL, facet_distortion=distortion)
    system = build_system(sinusoid_problem(elements), MPI.COMM_SELF)
    start = first_touch(system, control)
    steps = []

    def listen(accepted):
        steps.append(accepted)
        if listener is not None:
            listener(system, accepted, start)

    outcome = follow(system, pressure_targets(targets), control, listen, start, start.void)
    assert outcome.finished, outcome.reason
    return system, outcome.committed, steps


@pytest.mark.parametrize("amplitude_um", [0.5, 3.0])
def test_mesh_follows_a_steep_surface_without_inverting(amplitude_um):
    sodium = build_system(sinusoid_problem(32), MPI.COMM_SELF).sodium
    motion = MeshMotion(sodium.body, sodium.displacement_space)
    nodes = sodium.displacement_space.tabulate_dof_coordinates()[:, :2]
    places = nodes[motion.surface_dofs[:, 0] // 2]
    goal = np.zeros_like(places)
    # Slope up to 1.9 at an amplitude of 3 um: a small-strain extension would invert.
    goal[:, 1] = amplitude_um * np.cos(2 * np.pi * places[:, 0] / 10.0)
    moved = motion.move(goal, -1.0)
    assert moved is not None
    np.testing.assert_allclose(moved[motion.surface_dofs], goal, atol=1e-12)
    sodium.fields.state.x.array[sodium.displacement_dofs] = moved
    sodium.set_state(sodium.fields.state.x.array.copy())
    assert sodium.surface().area_ratio == pytest.approx(1.0, abs=1e-9)
    top = np.isclose(nodes[:, 1], nodes[:, 1].max())
    np.testing.assert_allclose(moved.reshape(-1, 2)[top, 1], -1.0, atol=1e-12)


def test_metal_keeps_its_state_when_nodes_move():
    system, now, _ = pressed((1.0,))
    sodium = system.sodium
    sodium.set_state(now.state.sodium)
    volume, strain = sodium.energies()[-1], sodium.plastic.plastic_strain()
    moved = Redistribution(system).move(now)
    assert moved is not None
    surface = sodium.surface()
    assert surface.area_ratio == pytest.approx(1.0, abs=1e-9)
    # The block's volume is that of the surface polygon, sampled elsewhere.
    assert sodium.energies()[-1] == pytest.approx(volume, rel=1e-4)
    assert sodium.plastic.plastic_strain().max() == pytest.approx(strain.max(), rel=0.3)
    assert sodium.plastic.plastic_strain().min() >= 0.0
    determinant = np.linalg.det(tensors.as_matrix(sodium.plastic.inverse_plastic()))
    np.testing.assert_allclose(determinant, 1.0, rtol=1e-10)


def unaccounted(accepted):
    """Share of the platen's work that no energy accounts for."""
    now = accepted.committed
    ceramic = -0.5 * float(now.state.load @ now.state.deflection)
    kept = accepted.sodium_elastic + accepted.edge_energy + now.slip_work + ceramic
    return 1.0 - (kept + now.dissipation + now.contact_work) / now.external_work


def test_forced_redistribution_does_not_change_the_answer():
    _, plain, _ = pressed((1.0,), elements=32)
    assert plain.redistributions == 0
    _, often, steps = pressed((1.0,), elements=32, distortion=1.03)
    assert often.redistributions >= 3
    initial = steps[0].committed.void
    assert often.void == pytest.approx(plain.void, abs=0.01 * initial)
    assert often.dissipation == pytest.approx(plain.dissipation, rel=0.05)
    # What penetration had stored is given back meanwhile: not counted, 0.3 % are missing.
    assert abs(unaccounted(steps[-1])) < 1e-3


def test_resumed_run_redistributes_as_the_uninterrupted_one(tmp_path):
    path, saved = tmp_path / "last.npz", []

    def save_after_a_redistribution(system, accepted, start):
        if accepted.committed.redistributions >= 1 and not saved:
            saved.append(accepted.committed.step)
            checkpoint.save(path, system, accepted, start.void, "key")

    _, whole, steps = pressed((1.5,), save_after_a_redistribution, distortion=1.05)
    system = build_system(sinusoid_problem(16), MPI.COMM_SELF)
    start, void = checkpoint.restore(path, system, "key")
    assert start.step == saved[0] and start.redistributions >= 1
    assert whole.redistributions > start.redistributions
    control = replace(CONTROL, facet_distortion=1.05)
    again = []
    follow(system, pressure_targets((1.5,)), control, again.append, start, void, True)
    rest = steps[start.step :]
    assert len(again) == len(rest)
    for one, other in zip(again, rest, strict=True):
        np.testing.assert_array_equal(one.committed.state.sodium, other.committed.state.sodium)
        assert one.committed.void == other.committed.void


def test_the_mesh_found_does_not_depend_on_the_one_before():
    sodium = build_system(sinusoid_problem(16), MPI.COMM_SELF).sodium
    nodes = sodium.displacement_space.tabulate_dof_coordinates()[:, :2]

    def moved_to(heights):
        motion = MeshMotion(sodium.body, sodium.displacement_space)
        goal = np.zeros((len(motion.surface_dofs), 2))
        places = nodes[motion.surface_dofs[:, 0] // 2, 0]
        for height_um in heights:
            goal[:, 1] = height_um * np.cos(2 * np.pi * places / 10.0)
            found = motion.move(goal, -1.0)
        return found

    np.testing.assert_array_equal(moved_to([0.3, 0.5]), moved_to([0.5]))


@pytest.mark.parametrize("fails", ["no equilibrium", "a face that folds"])
def test_a_redistribution_that_fails_leaves_everything_as_it_was(monkeypatch, fails):
    system, now, _ = pressed((0.5,))
    fields = system.sodium.fields
    names = ("state", "previous", "previous_slope", "multiplier", "inverse_plastic")
    before = {name: getattr(fields, name).x.array.copy() for name in names}
    settings = newton_settings(system, now, CONTROL)
    failed = NewtonResult(False, now.state, None, 1, "")
    if fails == "no equilibrium":
        monkeypatch.setattr(upkeep, "solve", lambda *given: failed)
    else:
        monkeypatch.setattr(upkeep, "turned_over", lambda *given: True)
    assert upkeep.Upkeep(system, 1.0).redistribute(now, settings, in_need=False) is now
    for name in names:
        np.testing.assert_array_equal(getattr(fields, name).x.array, before[name], name)


def test_overhang_counts_as_filled():
    curve = np.array([[0.0, 1.0], [2.0, 0.5], [1.0, 2.0], [3.0, 1.0]])
    places = np.array([0.0, 1.5, 2.5, 3.0])
    expected = [1.0, 1.0 - 0.25 * 1.5, 2.0 - 0.5 * 1.5, 1.0]
    np.testing.assert_allclose(_lowest(curve, places), expected)
