"""The quick part of ``napress verify``: every check, on coarser meshes where that is enough."""

from __future__ import annotations

import functools
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from napress.cases.verification import convergence
from napress.cases.verification import table as verify
from napress.cases.verification.ceramic import ceramic_shear
from napress.cases.verification.contact import elastic_contact, punch_row
from napress.cases.verification.metal import hill_cylinder, plastic_point
from napress.cases.verification.pressing import invariants
from napress.cases.verification.rows import Check, Row, absolute, not_done, relative
from napress.fem.inputs.materials import PlasticMetal


def failures(rows: list[Row]) -> list[str]:
    assert rows, "the check compared nothing"
    return [f"{row.name}: {row.computed} for {row.reference}" for row in rows if not row.passed]


def test_plasticity_at_a_point():
    assert not failures(plastic_point.one_element())


def test_tangent_is_the_derivative_of_the_residual():
    assert not failures(invariants.tangent_against_differences())


def test_uniform_pressure_leaves_no_force():
    assert not failures(invariants.uniform_pressure())


def test_flat_faces_stay_uniform():
    """With an elastic ceramic the 1e-6 of `napress verify` is not met; it must not get worse."""
    rows = {row.name: row for row in invariants.flat_faces()}
    ripple = rows.pop("flat faces, elastic ceramic: spread of contact pressure")
    assert not failures(list(rows.values()))
    assert ripple.error < 1e-5


def test_shear_below_a_wave_of_pressure():
    assert not failures(ceramic_shear.subsurface_shear())


def test_convergence_rates():
    assert not failures(convergence.convergence_rates())


def test_thick_cylinder():
    # The first point to flow sits inside the element at the bore: that row needs a fine mesh.
    first, *rest = hill_cylinder.thick_cylinder(20)
    assert first.error < 0.02
    assert not failures(rest)


@pytest.mark.parametrize("elements", [32, 64])
def test_westergaard(elements):
    assert not failures(elastic_contact.westergaard(elements, (0.2, 0.5, 0.8)))


def test_westergaard_does_not_depend_on_the_thickness():
    thin, thick = (elastic_contact.westergaard(32, (0.5,), thickness) for thickness in (1.0, 2.0))
    for one, other in zip(thin, thick, strict=True):
        # What the thickness changes must stay well inside what the check allows.
        scale = abs(one.reference) if one.error_kind == "relative" else 1.0
        assert abs(one.computed - other.computed) <= 0.5 * one.tolerance * scale, one.name


def test_slip_line_load():
    assert not failures(punch_row.slip_line_load(80))


def test_slip_line_load_converges_from_above():
    loads = []
    for elements in (20, 40, 80):
        pressure, touching, _ = punch_row.ridge_load(elements, 0.3)
        loads.append(pressure / touching)
    assert loads[0] > loads[1] > loads[2]


# --- the checks themselves must be able to fail -------------------------------------


def test_wrong_hardening_is_noticed(monkeypatch):
    metals = {"linear": PlasticMetal(4600.0, 0.41, 0.2, hardening_MPa=2.0)}
    monkeypatch.setattr(plastic_point, "METALS", {**plastic_point.METALS, **metals})
    monkeypatch.setattr(
        plastic_point, "flow_stress_MPa", lambda metal, strain: metal.yield_MPa + 2.01 * strain
    )
    assert any("linear" in line for line in failures(plastic_point.one_element(400)))


def test_wrong_modulus_is_noticed(monkeypatch):
    right = elastic_contact.closed_forms.effective_modulus_MPa
    monkeypatch.setattr(
        elastic_contact.closed_forms,
        "effective_modulus_MPa",
        lambda *arguments: 1.05 * right(*arguments),
    )
    assert any("peak" in line for line in failures(elastic_contact.westergaard(32, (0.5,))))


def test_wrong_yield_stress_is_noticed(monkeypatch):
    stronger = replace(punch_row.METAL, yield_MPa=1.05)
    right = punch_row.closed_forms.punch_row_pressure_MPa
    monkeypatch.setattr(punch_row, "METAL", stronger)
    monkeypatch.setattr(
        punch_row.closed_forms,
        "punch_row_pressure_MPa",
        lambda fraction, _: right(fraction, 1.0),
    )
    assert failures(punch_row.slip_line_load(40, (0.3,)))


def test_a_force_along_the_surface_is_noticed(monkeypatch):
    """Without the matching history the deviator is not zero, and the check must see it."""
    monkeypatch.setattr(invariants, "_relax_deviator", lambda sodium: None)
    assert failures(invariants.uniform_pressure())


def test_layer_solution_meets_its_conditions():
    """The closed form of the convergence check satisfies equilibrium at the pressed face."""
    for clamped, far in ((True, -10.0), (False, 10.0)):
        layer = convergence.solve_layer(far, 3.0, 1000.0, 0.3, clamped)
        u, v = (functools.partial(_value, layer, component) for component in range(2))
        shear, lame = 1000 / 2.6, 1000 * 0.3 / (1.3 * 0.4)
        step = 1e-5
        x = 2.3
        du_dx = (u((x + step, 0)) - u((x - step, 0))) / (2 * step)
        dv_dy = (v((x, step)) - v((x, -step))) / (2 * step)
        du_dy = (u((x, step)) - u((x, -step))) / (2 * step)
        dv_dx = (v((x + step, 0)) - v((x - step, 0))) / (2 * step)
        wave = 2 * math.pi / convergence.WAVELENGTH_UM
        normal = (lame + 2 * shear) * dv_dy + lame * du_dx
        assert normal == pytest.approx(-3 * math.cos(wave * x), rel=1e-6)
        assert du_dy + dv_dx == pytest.approx(0, abs=1e-8)
        assert v((x, far)) == pytest.approx(0, abs=1e-9)


def _value(layer, component, point) -> float:
    import ufl

    vector = layer.displacement([ufl.as_ufl(float(value)) for value in point])
    return float(vector[component](()))


def test_fitted_order_is_the_exponent():
    sizes = (8, 16, 32)
    assert convergence.fitted_order(sizes, 5 * np.array(sizes) ** -2.5) == pytest.approx(2.5)


# --- rows, table, verdict ------------------------------------------------------------


def test_rows_know_their_error():
    assert relative("a", 2.0, 2.02, 0.02, "MPa").passed
    assert relative("a", -2.0, -2.02, 0.02, "MPa").error == pytest.approx(0.01)
    assert not relative("a", 2.0, 2.1, 0.02, "MPa").passed
    assert not absolute("a", 0.0, -0.2, 0.1, "um").passed
    assert not absolute("a", 0.0, math.nan, 0.1, "um").passed
    assert not not_done("a", "it broke").passed


def broken() -> list[Row]:
    raise ArithmeticError("no\nnumber")


def good() -> list[Row]:
    return [relative("good [b]", 2.0, 2.01, 0.02, "MPa", "note")]


@pytest.mark.parametrize(("function", "verdict"), [(good, True), (broken, False)])
def test_verdict_and_json(monkeypatch, capsys, function, verdict):
    monkeypatch.setattr(verify, "checks", lambda: (Check("title", function),))
    assert verify.main(as_json=True) is verdict
    captured = capsys.readouterr()
    (row,) = json.loads(captured.out)
    wanted = {"name", "reference", "computed", "error", "tolerance", "passed", "unit", "note"}
    assert wanted <= set(row)
    assert row["passed"] is verdict
    assert "[1/1] title" in captured.err
    if not verdict:
        assert row["error"] is None and "ArithmeticError: no number" in row["note"]


def test_table_shows_every_row(monkeypatch, capsys):
    monkeypatch.setattr(verify, "checks", lambda: (Check("a", good), Check("b", broken)))
    assert verify.main(as_json=False) is False
    shown = capsys.readouterr().out
    assert "good [b]" in shown and "FAILED" in shown
    assert "2 compared, 1 failed" in shown


def test_markdown_has_a_line_per_row():
    rows = [*good(), not_done("bad", "why")]
    lines = verify.markdown([row.as_dict() for row in rows]).splitlines()
    assert len(lines) == 4
    assert "0.5 %" in lines[2] and "failed" in lines[3]
