"""A case is read, written back complete, and handed to the solver in its units."""

from __future__ import annotations

import dataclasses
import math
from importlib import resources
from pathlib import Path

import pytest

from napress.cases.cli.templates import TEMPLATES, write_template
from napress.cases.model.interface import to_model
from napress.cases.schema.checks import build_case_surface
from napress.cases.schema.interface_case import Solver
from napress.cases.schema.load import case_hash, load_case, parse_case, resolved_toml
from napress.fem.inputs.load_program import highest_pressure_MPa
from napress.fem.inputs.step_control import StepControl
from napress.meshes.surfaces import SelfAffine, Sinusoid

EXAMPLES = sorted(
    entry.name
    for entry in resources.files("napress.cases").joinpath("examples").iterdir()
    if entry.name.endswith(".toml")
)
NOWHERE = Path("/nonexistent")
# Of the experiment that an example follows, where it is not that of the pellet press.
HIGHEST_MPa = {"strip-borate.toml": 35.0}


def example(name: str) -> Path:
    return Path(str(resources.files("napress.cases").joinpath("examples", name)))


@pytest.mark.parametrize("name", EXAMPLES)
def test_shipped_examples_load_and_round_trip(name):
    case = load_case(example(name))
    again = parse_case(resolved_toml(case).encode(), "case.resolved.toml", NOWHERE)
    assert again == case
    assert case_hash(again) == case_hash(case)
    assert resolved_toml(again) == resolved_toml(case)
    assert highest_pressure_MPa(to_model(case).program) == HIGHEST_MPa.get(name, 360.0)


@pytest.mark.parametrize("template", TEMPLATES)
def test_templates_are_valid_cases(template, tmp_path):
    path = tmp_path / "mine.toml"
    write_template(template, path)
    case = load_case(path)
    assert case.surface[0].kind == template
    assert "#" in path.read_text()


def test_resolved_case_holds_every_default():
    text = resolved_toml(load_case(example("sinusoid.toml")))
    for key in ("max_newton", "largest_pressure_ratio", "weibull_modulus", "figures", "dimension"):
        assert f"{key} = " in text or f".{key}]" in text


def test_model_is_in_inner_units():
    model = to_model(load_case(example("sinusoid.toml")))
    assert model.surface == (Sinusoid(1.0, 20.0, math.pi),)
    assert (model.sodium_thickness_um, model.ceramic_thickness_um) == (20, 40)
    assert (model.widths_um, model.elements) == ((20,), (128,))
    assert model.ceramic.young_MPa == pytest.approx(70e3)
    assert model.sodium.young_MPa == pytest.approx(4600.0), "not overridden: the material's"
    assert (model.sodium.yield_MPa, model.sodium.hardening_MPa) == (1.0, 2.0)
    assert model.sodium.voce_MPa == 0.0
    assert model.compressive_strength.estimate and not model.tensile_strength.estimate
    strength = model.ceramic_strength()
    assert strength.tensile.value_MPa == model.tensile_strength.value
    assert strength.is_estimate
    assert model.build_surface().peak_to_valley_um == pytest.approx(2.0)


def test_rough_example_is_the_demo_of_the_issue():
    case = load_case(example("rough-nzsp.toml"))
    model = to_model(case)
    (surface,) = model.surface
    assert isinstance(surface, SelfAffine)
    assert (surface.rms_um, surface.cutoff_um, surface.hurst) == (0.5, 1.0, 0.8)
    assert model.elements == (256,)
    assert build_case_surface(case).shortest_wavelength_um == pytest.approx(1.0)


def test_solver_table_mirrors_step_control():
    """A knob of the solver that no case can reach would be a hidden one."""
    case = load_case(example("sinusoid.toml"))
    assert to_model(case).step_control == StepControl()
    written = {name.replace("_percent", "").replace("_um", "") for name in names(StepControl)}
    assert written == set(Solver.model_fields)


def test_a_map_accepts_a_larger_step_error_unless_it_says_otherwise():
    text = example("rough-nzsp-3d.toml").read_text()
    asked = text + '\n[solver]\nvoid_error = "0.4 percent"\n'
    other = text + "\n[solver]\nmax_newton = 20\n"
    errors = [
        to_model(parse_case(one.encode(), "map.toml", NOWHERE)).step_control.void_error_percent
        for one in (text, asked, other)
    ]
    assert errors == [0.5, 0.4, 0.5]


def names(cls) -> list[str]:
    return [field.name for field in dataclasses.fields(cls)]


def test_hash_follows_physics_not_title():
    text = example("sinusoid.toml").read_text()
    base = parse_case(text.encode(), "a.toml", NOWHERE)
    titled = parse_case(text.replace("Reference sinusoid", "Another").encode(), "b.toml", NOWHERE)
    same = parse_case(text.replace('"40 um"', '"0.04 mm"').encode(), "c.toml", NOWHERE)
    other = parse_case(text.replace('"40 um"', '"41 um"').encode(), "d.toml", NOWHERE)
    assert case_hash(base) == case_hash(titled) == case_hash(same)
    assert case_hash(base) != case_hash(other)


def test_profile_is_read_beside_the_case_and_kept(tmp_path):
    write_template("profile", tmp_path / "p.toml")
    case = load_case(tmp_path / "p.toml")
    before = case_hash(case)
    resolved = resolved_toml(case)
    (tmp_path / "profile.txt").unlink()
    again = parse_case(resolved.encode(), "r.toml", tmp_path)
    assert case_hash(again) == before
    assert len(again.surface[0].points_um) > 100


def test_surfaces_superpose(tmp_path):
    path = tmp_path / "two.toml"
    extra = '[[surface]]\nkind = "scratch"\ndepth = "1 um"\nwidth = "5 um"\nposition = "3 um"\n'
    path.write_text(example("rough-nzsp.toml").read_text() + extra)
    alone = build_case_surface(load_case(example("rough-nzsp.toml")))
    both = build_case_surface(load_case(path))
    assert both.mean_gap_um > alone.mean_gap_um
    assert both.peak_to_valley_um > alone.peak_to_valley_um
