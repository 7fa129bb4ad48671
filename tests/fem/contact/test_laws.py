"""Friction, adhesion and trapped gas in the solver: tangent, checks, checkpoint."""

from __future__ import annotations

from dataclasses import replace

import napress.meshes.backend  # noqa: F401

import numpy as np
import pytest
from mpi4py import MPI

from napress.cases.verification.contact import friction, trapped_gas
from napress.cases.verification.pressing.pressing import press_problem
from napress.cases.verification.pressing.sinusoid import half_wave_problem
from napress.fem.contact.friction import lateral_traction, magnitude
from napress.fem.contact.gap import look_under
from napress.fem.coupled.problem import build_system
from napress.fem.inputs.contact_law import COULOMB, STICK, ContactLaw
from napress.fem.inputs.load_program import pressure_targets
from napress.fem.inputs.step_control import StepControl
from napress.fem.state import checkpoint
from napress.fem.state.committed import first_touch
from napress.fem.state.history import History
from napress.fem.stepping.equilibrium import RESIDUAL_TOLERANCE
from napress.fem.stepping.follow import follow

EVERYTHING = ContactLaw(COULOMB, 0.3, adhesion_MPa=0.1, gas_MPa=0.1)
# As for a run resumed from the command line: far below what a load step is solved to.
TOLERANCE = RESIDUAL_TOLERANCE / 10
CONTROL = StepControl(void_error_percent=20.0, first_step_um=0.02)


def failures(rows) -> list[str]:
    assert rows, "the check compared nothing"
    return [f"{row.name}: {row.computed} for {row.reference}" for row in rows if not row.passed]


def test_friction_of_a_block():
    assert not failures(friction.sliding_blocks())


def test_block_on_an_incline():
    assert not failures(friction.incline())


def test_full_stick():
    assert not failures(friction.full_stick())


def test_adhesion():
    assert not failures(friction.adhesion())


def test_trapped_gas_at_full_load():
    assert not failures(trapped_gas.wave_with_gas(32))


def test_a_wrong_coefficient_is_noticed(monkeypatch):
    def with_less(*arguments):
        block = right(*arguments)
        block.system.sodium.fields.laws.coefficient.value *= 0.9
        return block

    right = friction.held_block
    monkeypatch.setattr(friction, "held_block", with_less)
    assert any("over load" in line for line in failures(friction.sliding_blocks()))


def test_weaker_adhesion_is_noticed(monkeypatch):
    monkeypatch.setattr(friction, "ContactLaw", lambda **_: ContactLaw(adhesion_MPa=0.4))
    with pytest.raises(friction.CheckNotDone):
        friction.adhesion()


@pytest.mark.parametrize("law", [EVERYTHING, ContactLaw(STICK)], ids=["coulomb", "stick"])
def test_tangent_is_the_derivative_of_the_residual(law):
    """Slope and what has happened before are held; gap and contact are not."""
    system = build_system(replace(half_wave_problem(16), law=law), MPI.COMM_SELF)
    sodium, surface = system.sodium, system.surface
    rng = np.random.default_rng(3)
    first_touch(system, CONTROL)
    sodium.fields.stiffness.value = 1e3
    if law.has_floor:
        count = len(sodium.face.points)
        sodium.fields.laws.floor.x.array[sodium.face.points] = rng.uniform(-0.1, 0.3, count)
        sodium.fields.laws.rise.x.array[sodium.face.points] = rng.uniform(0.0, 0.2, count)
    state = 0.01 * rng.uniform(-1, 1, len(sodium.fields.state.x.array))
    state[sodium.displacement_dofs.reshape(-1, 2)[:, 1]] -= 0.3
    state[: sodium.owned][sodium.fixed] = 0.0
    zero = np.zeros_like(sodium.plastic.directions()[0])

    def residual(values, base=None):
        sodium.set_state(values)
        position = sodium.surface().position
        view = look_under(position[:, :1], surface, system.ceramic.basis)
        slope = view.slope if base is None else base
        sodium.set_obstacle(view.height_um, slope)
        return sodium.residual()[0], slope

    _, slope = residual(state)
    sodium.plastic.freeze_directions(zero, zero, np.zeros(zero.shape[:-1]))
    if law.friction == COULOMB:
        # A limit that some points exceed and some do not.
        sodium.fields.laws.slip_stiffness.value = 10.0
    sodium.set_state(state)
    sodium.assemble_tangent()
    direction = rng.normal(size=len(state))
    direction[~sodium.free] = 0.0
    given, product = (sodium.solver.matrix.createVecRight() for _ in range(2))
    given.array[:] = direction
    # The tangent uses the slope under each point: bring it back before multiplying.
    residual(state)
    sodium.assemble_tangent()
    sodium.solver.matrix.mult(given, product)
    step = 1e-7
    sides = [residual(state + sign * step * direction, slope)[0] for sign in (1, -1)]
    difference = (sides[0] - sides[1]) / (2 * step)
    exact = np.where(sodium.free, product.array, 0.0)
    assert np.linalg.norm(exact - difference) < 1e-5 * np.linalg.norm(difference)


def test_numbers_and_form_agree_on_the_friction_force():
    """The law written for the form balances the one written for the history."""
    block = friction.held_block(friction.PLASTIC, ContactLaw(COULOMB, 0.05))
    friction._dragged(block, 5.0, 0.01, 2)
    carried = block.system.laws.friction.traction(block.at)[0][:, 0]
    area = block.system.sodium.face.reference_area * block.at.surface.stretch
    assert abs((area * carried).sum()) == pytest.approx(block.wall_force(), rel=1e-6)


def test_traction_is_limited_along_the_surface():
    slope = np.array([[1.0], [0.0], [0.0]])
    pull = np.array([[5.0], [0.1], [5.0]])
    pressure, touching = np.array([2.0, 2.0, 2.0]), np.array([True, True, False])
    limit = np.minimum(0.5 * pressure, np.array([0.7, 9.0, 9.0]))
    found = lateral_traction(pull, slope, touching, limit)
    assert magnitude(found, slope) == pytest.approx([0.7, 0.1, 0.0], rel=1e-9)


def test_frictionless_forms_have_no_extra_terms():
    plain = build_system(half_wave_problem(16), MPI.COMM_SELF).sodium
    fields = plain.fields.laws
    assert fields.floor is None and fields.anchor is None
    rich = build_system(replace(half_wave_problem(16), law=EVERYTHING), MPI.COMM_SELF).sodium
    counts = [len(one.forms.residual.coefficients()) for one in (plain, rich)]
    assert counts[1] == counts[0] + 4, "floor, rise, anchor and shear strength"


def test_friction_dissipates_and_stick_does_not():
    energies = []
    for law in (ContactLaw(COULOMB, 0.1), ContactLaw(STICK)):
        pressed = press_problem(replace(half_wave_problem(16), law=law), (1.0,), CONTROL)
        energies.append(pressed.snapshots[-1].energy)
    slides, sticks = energies
    assert 0.0 < slides.friction_pJ < 0.2 * slides.external_work_pJ
    assert sticks.friction_pJ == pytest.approx(0.0, abs=1e-12)


def test_restored_run_continues_as_if_never_stopped(tmp_path):
    problem = replace(half_wave_problem(16), law=EVERYTHING)
    path, steps = tmp_path / "last.npz", []
    system = build_system(problem, MPI.COMM_SELF)
    start = first_touch(system, CONTROL)

    def listen(accepted):
        steps.append(accepted)
        if accepted.committed.step == 8:
            checkpoint.save(path, system, accepted, start.void, "key")

    assert follow(system, pressure_targets((1.5,)), CONTROL, listen, start, start.void).finished
    assert len(steps) > 11
    fresh = build_system(problem, MPI.COMM_SELF)
    now, void = checkpoint.restore(path, fresh, "key")
    again = []
    follow(fresh, pressure_targets((1.5,)), CONTROL, again.append, now, void, tangent_ready=True)
    assert len(again) == len(steps) - 8
    for one, other in zip(again, steps[8:], strict=True):
        for name in ("pressure_MPa", "void", "friction_work", "external_work"):
            value, expected = getattr(one.committed, name), getattr(other.committed, name)
            assert value == pytest.approx(expected, rel=TOLERANCE), (other.committed.step, name)
        np.testing.assert_allclose(
            one.committed.state.gas, other.committed.state.gas, rtol=TOLERANCE
        )
    assert steps[-1].committed.friction_work > 0.0


def test_history_carried_to_the_same_points_is_the_same():
    system = build_system(replace(half_wave_problem(16), law=EVERYTHING), MPI.COMM_SELF)
    start = first_touch(system, CONTROL)
    now = follow(
        system, pressure_targets((0.8,)), CONTROL, lambda _: None, start, start.void
    ).committed
    laws, state = system.laws, now.state
    system.sodium.set_state(state.sodium)
    history = History(system)
    kept = history.keep()
    assert kept["gas_amount"].size and kept["bonded"].any()
    assert np.abs(system.sodium.surface().position[:, :1] - kept["anchor"]).max() > 0.0
    middles = laws.gas.middles()
    history.arrive(history.leave())
    gas = laws.gas.carry(middles, laws.gas.middles(), state.gas)
    np.testing.assert_allclose(laws.gas.pressure(gas), laws.gas.pressure(state.gas))
    again = history.keep()
    assert set(again) == set(kept)
    for name in set(kept) - {"volume_before"}:  # that one is found anew from the pressure
        np.testing.assert_allclose(again[name], kept[name], atol=1e-12, err_msg=name)
    history.restore(kept)
    for name, values in history.keep().items():
        np.testing.assert_array_equal(values, kept[name], name)


def test_drag_on_the_ceramic_is_in_equilibrium_with_the_friction():
    """The shear the sodium exerts sums up to what the base of the ceramic holds."""
    system = build_system(replace(half_wave_problem(16), law=EVERYTHING), MPI.COMM_SELF)
    ceramic = system.ceramic
    drag = ceramic.basis.values(np.array([[4.0]])).matrix().toarray()[0] * 3.0  # 3 µN at one place
    recession = ceramic.drag_recession(drag[None])
    load = ceramic.basis.values(np.array([[7.0]])).matrix().toarray()[0]
    ceramic.set_load(load)
    moved = ceramic.displacement.x.array.copy()
    ceramic.set_load(np.zeros_like(load), drag[None])
    assert np.abs(ceramic.displacement.x.array).max() > 0.0
    # Betti: the work of either load on the motion of the other is the same.
    force = ceramic._tangents[0] * ceramic._nodal(drag)[:, None]
    assert float((force * moved[ceramic._dofs]).sum()) == pytest.approx(
        float(load @ recession), rel=1e-8
    )
