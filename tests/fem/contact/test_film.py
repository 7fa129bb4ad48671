"""The largest contact pressure so far: kept, carried, saved, and noticed by the conduction."""

from __future__ import annotations

from dataclasses import replace

import napress.meshes.backend  # noqa: F401

import numpy as np
import pytest
from mpi4py import MPI

from napress.cases.verification.ceramic.conduction import flat_electrolyte, strip
from napress.cases.verification.pressing.sinusoid import half_wave_problem
from napress.fem.coupled.problem import build_system
from napress.fem.inputs.contact_law import ContactLaw
from napress.fem.inputs.film_law import FilmLaw
from napress.fem.inputs.load_program import PressureTarget, Release
from napress.fem.inputs.step_control import StepControl
from napress.fem.state import checkpoint
from napress.fem.state.committed import first_touch
from napress.fem.state.history import History
from napress.fem.state.sampling import Sampler
from napress.fem.stepping.equilibrium import RESIDUAL_TOLERANCE
from napress.fem.stepping.follow import follow
from napress.postprocess.resistance.contact import PARTS, ContactResistance
from napress.postprocess.resistance.resistance import measure
from napress.postprocess.theory.film import flat_face_asr_ohm_cm2

FILM = FilmLaw(pressure_MPa=5.0, exponent=2.0, spacing_um=1.0)
CONTROL = StepControl(void_error_percent=20.0, first_step_um=0.02)
PROGRAM = (PressureTarget(1.5), Release(0.2))
EVERYWHERE = lambda points: np.ones(len(points), dtype=bool)  # noqa: E731


def build():
    law = ContactLaw(further=(FILM,))
    return build_system(replace(half_wave_problem(16), law=law), MPI.COMM_SELF)


def pressed(listener=lambda system, accepted, start: None, distortion=2.0):
    system = build()
    control = replace(CONTROL, facet_distortion=distortion)
    start = first_touch(system, control)
    steps, sampler = [], Sampler(system, start.void)

    def listen(accepted):
        steps.append(sampler.take(accepted))
        listener(system, accepted, start)

    outcome = follow(system, PROGRAM, control, listen, start, start.void)
    assert outcome.finished, outcome.reason
    return system, outcome.committed, steps


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "last.npz"

    def save(system, accepted, start):
        if accepted.committed.pressure_MPa > 0.5 and not path.exists():
            checkpoint.save(path, system, accepted, start.void, "key")

    return path, *pressed(save)


def test_a_film_adds_nothing_to_the_contact():
    without = build_system(half_wave_problem(16), MPI.COMM_SELF)
    assert without.laws.film is None
    counts = [len(one.sodium.forms.residual.coefficients()) for one in (without, build())]
    assert counts[0] == counts[1]


def test_the_largest_pressure_is_that_of_all_steps_and_stays_on_release(whole):
    *_, steps = whole
    largest = np.zeros_like(steps[0].interface.pressure_MPa)
    for one in steps:
        largest = np.maximum(largest, one.interface.pressure_MPa)
        np.testing.assert_allclose(one.interface.largest_pressure_MPa, largest, rtol=1e-12)
    last = steps[-1].interface
    assert last.pressure_MPa.max() < 0.6 * last.largest_pressure_MPa.max()


def test_a_resumed_run_remembers_it(whole):
    path, _, _, steps = whole
    system = build()
    now, void = checkpoint.restore(path, system, "key")
    sampler, again = Sampler(system, void), []
    follow(
        system,
        PROGRAM,
        CONTROL,
        lambda accepted: again.append(sampler.take(accepted)),
        now,
        void,
        tangent_ready=True,
    )
    found, expected = again[-1].interface, steps[-1].interface
    assert now.pressure_MPa > 0.5
    np.testing.assert_allclose(
        found.largest_pressure_MPa, expected.largest_pressure_MPa, rtol=RESIDUAL_TOLERANCE
    )


def test_nodes_that_move_take_it_along(whole):
    _, system, now, _ = whole
    system.sodium.set_state(now.state.sodium)
    history = History(system)
    kept = history.keep()["largest_contact_pressure"]
    assert kept.max() > 1.0
    history.arrive(history.leave())
    np.testing.assert_allclose(history.keep()["largest_contact_pressure"], kept, atol=1e-12)
    _, often, steps = pressed(distortion=1.03)
    assert often.redistributions >= 2
    area = steps[-1].interface.area_um
    mean = (steps[-1].interface.largest_pressure_MPa * area).sum() / area.sum()
    plain = whole[-1][-1].interface
    expected = (plain.largest_pressure_MPa * plain.area_um).sum() / plain.area_um.sum()
    assert mean == pytest.approx(expected, rel=0.1)


# --- in the conduction ----------------------------------------------------------------


@pytest.fixture(scope="module")
def body():
    return flat_electrolyte(25)


@pytest.mark.parametrize("through", [np.inf, 300.0])
def test_a_flat_face_under_even_pressure_has_the_law_as_it_is(body, through):
    film = replace(FILM, spacing_um=50.0, resistance_ohm_cm2=through)
    contact = ContactResistance(2.0, film=film, conductivity_mS_per_cm=0.46)
    for pressure in (0.1, 2.0, 40.0):
        found, _ = measure(body, EVERYWHERE, contact.under(pressure))
        exact = flat_face_asr_ohm_cm2(pressure, 5.0, 2.0, 50.0, 0.46, 2.0, through)
        assert found.interface_asr_ohm_cm2 == pytest.approx(float(exact), rel=1e-7)


def test_parts_add_up_where_pressure_varies(body):
    film = replace(FILM, spacing_um=50.0, resistance_ohm_cm2=300.0)
    contact = ContactResistance(2.0, film=film, conductivity_mS_per_cm=0.46)
    local = contact.under(0.0)
    local._there = [lambda points: 3.0 + 2.0 * np.sin(points[:, 0])] * 2
    found, solution = measure(body, strip(0.2), local)
    parts = found.constriction_asr_ohm_cm2 + found.clean_spots_asr_ohm_cm2
    parts += found.charge_transfer_asr_ohm_cm2 + found.film_asr_ohm_cm2
    assert found.interface_asr_ohm_cm2 == pytest.approx(parts, rel=1e-12)
    total = solution.total_asr_ohm_cm2 - found.bulk_asr_ohm_cm2
    assert total == pytest.approx(parts, rel=1e-7)
    assert min(found.clean_spots_asr_ohm_cm2, found.film_asr_ohm_cm2) > 0.0
    assert found.current_imbalance < 1e-8


def test_shares_of_the_parts_are_whole():
    film = replace(FILM, resistance_ohm_cm2=300.0)
    pressure = np.array([0.0, 1e-3, 1.0, 5.0, 1e6])
    for contact in (
        ContactResistance(2.0, film=film, conductivity_mS_per_cm=1.0),
        ContactResistance(0.0, film=film, conductivity_mS_per_cm=1.0),
        ContactResistance(3.0, 1.0),
    ):
        resistance, shares = contact.local(pressure, pressure)
        assert np.isfinite(resistance).all() and set(shares) == set(PARTS)
        assert sum(shares.values()) == pytest.approx(np.ones(5))
