"""Adding a law of the contact face is one file and one line: here each is done."""

from __future__ import annotations

from dataclasses import dataclass, replace

import napress.meshes.backend  # noqa: F401

import numpy as np
import pytest
from mpi4py import MPI

from napress.cases.verification.pressing.pressing import sinusoid_problem
from napress.fem.contact import laws
from napress.fem.contact.part import ContactPart
from napress.fem.coupled.problem import build_system
from napress.fem.history_field import FACE, INTERPOLATED, HistoryField
from napress.fem.inputs import contact_law
from napress.fem.inputs.contact_law import COULOMB, ContactLaw, FrictionLaw
from napress.fem.inputs.load_program import pressure_targets
from napress.fem.inputs.step_control import StepControl
from napress.fem.state import checkpoint
from napress.fem.state.committed import first_touch
from napress.fem.state.history import History
from napress.fem.state.redistribution import Redistribution
from napress.fem.stepping.follow import follow

CONTROL = StepControl(void_error_percent=1000.0, first_step_um=0.02, largest_step_um=0.04)


# --- the file of a law that remembers ------------------------------------------------


@dataclass(frozen=True)
class Film:
    """A film that is gone where the contact pressure once exceeded a limit."""

    breaks_at_MPa: float


class FilmPart(ContactPart):
    """Remembers the largest contact pressure of each facet point."""

    def __init__(self, body, film):
        self.film, self.largest = film, np.zeros(len(body.face.points))

    def history(self):
        return (HistoryField("film_largest", FACE, INTERPOLATED, self.read, self.write),)

    def read(self):
        return self.largest

    def write(self, values):
        self.largest = values

    def commit(self, at, gas, ceramic):
        self.largest = np.maximum(self.largest, at.pressure)


def film(body, width_um):
    numbers = body.law.numbers(Film)
    return numbers and FilmPart(body, numbers)


def pressed(law, targets, listener=None, distortion=2.0):
    system = build_system(replace(sinusoid_problem(16), law=law), MPI.COMM_SELF)
    control = replace(CONTROL, facet_distortion=distortion)
    start = first_touch(system, control)
    listen = (lambda accepted: listener(system, accepted, start)) if listener else lambda _: None
    outcome = follow(system, pressure_targets(targets), control, listen, start, start.void)
    assert outcome.finished, outcome.reason
    return system, outcome.committed


def test_a_law_that_remembers(monkeypatch, tmp_path):
    monkeypatch.setitem(laws.LAWS, "film", film)  # its line of wiring
    law, path, seen = ContactLaw(further=(Film(1.0),)), tmp_path / "last.npz", []

    def save(system, accepted, start):
        seen.append(accepted.evaluation.pressure)
        if accepted.committed.step == 8:
            checkpoint.save(path, system, accepted, start.void, "key")

    system, now = pressed(law, (1.0,), save)
    largest = system.laws.parts["film"].largest
    np.testing.assert_array_equal(largest, np.max(seen, axis=0))
    again = build_system(replace(sinusoid_problem(16), law=law), MPI.COMM_SELF)
    checkpoint.restore(path, again, "key")
    np.testing.assert_array_equal(again.laws.parts["film"].largest, np.max(seen[:8], axis=0))
    # Points that are moved find it where they come to: it stays where the metal is.
    before = system.sodium.surface().position[:, 0]
    assert Redistribution(system).move(now) is not None
    after = system.sodium.surface().position[:, 0]
    carried, order = system.laws.parts["film"].largest, np.argsort(before)
    assert np.abs(after - before).max() > 0.1 * np.ptp(before) / 16
    np.testing.assert_allclose(carried, np.interp(after, before[order], largest[order]), atol=1e-9)
    moved, now = pressed(law, (1.0,), distortion=1.03)
    assert now.redistributions > 0
    assert moved.laws.parts["film"].largest.max() > 0.5 * largest.max()


def test_a_checkpoint_without_a_history_variable_is_refused(monkeypatch, tmp_path):
    path = tmp_path / "last.npz"

    def save(system, accepted, start):
        checkpoint.save(path, system, accepted, start.void, "key")

    pressed(ContactLaw(), (0.05,), save)
    monkeypatch.setitem(laws.LAWS, "film", film)
    law = ContactLaw(further=(Film(1.0),))
    system = build_system(replace(sinusoid_problem(16), law=law), MPI.COMM_SELF)
    with pytest.raises(checkpoint.CheckpointError, match="film_largest"):
        checkpoint.restore(path, system, "key")


def test_two_history_variables_of_one_name_are_refused(monkeypatch):
    monkeypatch.setitem(laws.LAWS, "film", film)
    monkeypatch.setitem(laws.LAWS, "second film", film)
    law = ContactLaw(further=(Film(1.0),))
    system = build_system(replace(sinusoid_problem(16), law=law), MPI.COMM_SELF)
    with pytest.raises(ValueError, match="film_largest"):
        History(system)


# --- the file of a friction law -------------------------------------------------------


def tresca_limit(coefficient, pressure, strength, smaller):
    """A share of the metal's shear strength, whatever the pressure."""
    return coefficient * strength


def test_a_friction_law(monkeypatch):
    monkeypatch.setitem(contact_law.FRICTION, "tresca", FrictionLaw(tresca_limit))
    last = []
    system, _ = pressed(
        ContactLaw("tresca", 0.5), (1.5,), lambda *of: last.append(largest_shear(*of))
    )
    strength = system.sodium.metal.yield_MPa / np.sqrt(3)
    assert max(last) == pytest.approx(0.5 * strength, rel=1e-3)
    last.clear()
    pressed(ContactLaw(COULOMB, 0.5), (1.5,), lambda *of: last.append(largest_shear(*of)))
    assert max(last) == pytest.approx(strength, rel=1e-3), "Coulomb's is capped at the whole"


def largest_shear(system, accepted, start):
    """Of the traction along the surface, MPa, on facets whose metal has not hardened."""
    at, friction = accepted.evaluation, system.laws.friction
    lateral = friction.traction(at)[0]
    slope = system.sodium.fields.slope.x.array.reshape(-1, 1)[system.sodium.face.slope_points]
    hardened = (
        np.repeat(system.sodium.flow_stress_behind_face(), system.sodium.face.points_per_facet)
        / system.sodium.metal.yield_MPa
    )
    return float((np.abs(lateral[:, 0]) * np.sqrt(1 + slope[:, 0] ** 2) / hardened).max())
