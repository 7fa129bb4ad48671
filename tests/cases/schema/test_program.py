"""The load program, creep and size effect of a case file: what is read, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_case import TINY_CASE

from napress.cases.errors import CaseError
from napress.cases.model.interface import to_model
from napress.cases.schema.interface_case import assumed_values
from napress.cases.schema.load import case_hash, parse_case, resolved_toml
from napress.cases.sweeps.fieldpaths import field_paths
from napress.fem.inputs.load_program import Displacement, Hold, PressureTarget, Ramp, Release
from napress.fem.inputs.size_effect import NixGao, PowerLaw

CREEP = "\n[creep]\nwith_yield = {}\n"


def case_of(program: str, more: str = ""):
    text = TINY_CASE.replace('[{ pressure = "0.5 MPa" }]', f"[{program}]") + more
    return parse_case(text.encode(), "case.toml", Path())


def refusal(program: str, more: str = "") -> str:
    with pytest.raises(CaseError) as caught:
        case_of(program, more)
    text = str(caught.value)
    assert "\n" not in text and text.startswith("case.toml: ") and "allowed" in text
    return text


def test_staged_program_is_read():
    case = case_of(
        '{ pressure = "10 MPa", duration = "1 min", temperature = "60 degC" }, { hold = "300 s" }, '
        '{ release = "1 MPa", duration = "10 s", temperature = "25 degC" }, '
        '{ pressure = "20 MPa" }, { displacement = "0.6 um", duration = "2 s" }'
    )
    warm, room = pytest.approx(333.15), pytest.approx(298.15)
    assert to_model(case).program == (
        Ramp(10.0, 60.0, warm),
        Hold(300.0, warm),
        Release(1.0, 10.0, room),
        PressureTarget(20.0, room),
        Displacement(0.6, 2.0, room),
    )


def test_a_program_without_time_is_what_it_was():
    case = case_of('{ pressure = "0.5 MPa" }, { pressure = "1 MPa" }')
    assert to_model(case).program == (PressureTarget(0.5), PressureTarget(1.0))
    assert to_model(case).sodium.creep is None
    written = resolved_toml(case)
    assert "creep =" not in written and "duration" not in written and "[creep]" not in written


def test_resolved_case_reads_back():
    case = case_of(
        '{ pressure = "10 MPa", duration = "3 s" }, { hold = "1 h" }',
        CREEP.format("false") + '[size_effect]\nkind = "nix-gao"\nlength = "2 um"\n',
    )
    again = parse_case(resolved_toml(case).encode(), "again.toml", Path())
    assert case_hash(again) == case_hash(case) and to_model(again) == to_model(case)


@pytest.mark.parametrize(
    ("program", "field", "said"),
    [
        ('{ pressure = "5 MPa", duration = "-1 s" }', "program[0].duration", "> 0 s"),
        ('{ pressure = "5 MPa", duration = "0 s" }', "program[0].duration", "> 0 s"),
        ('{ pressure = "5 MPa", duration = "60" }', "program[0].duration", "no unit"),
        ('{ pressure = "5 MPa" }, { release = "-1 MPa" }', "program[1].release", "> 0 MPa"),
        ('{ pressure = "5 MPa" }, { release = "0 MPa" }', "program[1].release", "> 0 MPa"),
        ('{ pressure = "5 MPa" }, { release = "6 MPa" }', "program[1].release", "not below"),
        ('{ pressure = "5 MPa" }, { pressure = "4 MPa" }', "program[1].pressure", "release"),
        ('{ pressure = "5 MPa", temperature = "371 K" }', "program[0].temperature", "melting"),
        ('{ pressure = "5 MPa", temperature = "-1 K" }', "program[0].temperature", "> 0 K"),
        ('{ pressure = "5 MPa" }, { hold = "-5 s" }', "program[1].hold", "> 0 s"),
        ('{ pressure = "5 MPa" }, { hold = "0 s" }', "program[1].hold", "> 0 s"),
        ('{ hold = "5 s" }', "program[0].hold", "nothing to hold"),
        ('{ pressure = "5 MPa" }, { hold = "5 s", duration = "5 s" }', "[1].duration", "without"),
        ('{ duration = "5 s" }', "program[0].pressure", "exactly one of"),
        ('{ pressure = "5 MPa", hold = "5 s" }', "program[0].hold", "exactly one of"),
        ('{ displacement = "-1 um" }', "program[0].displacement", "> 0 um"),
        ('{ displacement = "5 um" }', "program[0].displacement", "cannot be reached"),
        ('{ pressure = "5 MPa", time = "5 s" }', "program[0].time", "unknown key"),
    ],
)
def test_bad_programs_are_refused(program, field, said):
    text = refusal(program)
    assert field in text and said in text


def test_sodium_that_only_creeps_needs_time():
    text = refusal('{ pressure = "5 MPa" }', CREEP.format("false"))
    assert "program[0].duration" in text and "only creeps" in text
    case_of('{ pressure = "5 MPa" }', CREEP.format("true"))


def test_creep_takes_the_laws_of_the_material():
    program = '{ pressure = "5 MPa", duration = "1 s" }'
    law = to_model(case_of(program, CREEP.format("true"))).sodium.creep
    assert (law.rate_per_s, law.exponent, law.activation_kJ_per_mol) == (0.53, 5.0, 44.0)
    assert law.has_yield
    more = '\n[creep]\nlaw = "flow stress"\nwith_yield = false\nrate_exponent = 0.2\n'
    law = to_model(case_of(program, more)).sodium.creep
    assert law.exponent == pytest.approx(5.0) and not law.has_yield
    assert law.rate_per_s == pytest.approx(0.928**-5)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ('\n[creep]\nlaw = "nortn"\n', "creep.law"),
        ("\n[creep]\ncreep_exponent = 0.5\n", "creep.creep_exponent"),
        ("\n[creep]\ncreep_exponent = 50.0\n", "creep.creep_exponent"),
        ('\n[size_effect]\nkind = "nix-gao"\n', "size_effect.length"),
        ('\n[size_effect]\nkind = "power"\nexponent = 0.7\n', "size_effect.strength_at_1_um"),
        ('\n[size_effect]\nkind = "power"\nexponent = -1.0\n', "size_effect.exponent"),
    ],
)
def test_bad_laws_are_refused(more, field):
    assert field in refusal('{ pressure = "5 MPa" }', more)


def test_a_metal_without_creep_data_is_refused(tmp_path):
    material = 'id = "tin"\nname = "Tin"\nkind = "metal"\n' + "".join(
        f"{name} = {{ value = {value}, estimate = true }}\n"
        for name, value in (
            ("young", '"50 GPa"'),
            ("poisson", 0.36),
            ("yield_strength", '"10 MPa"'),
            ("hardening", '"0 MPa"'),
        )
    )
    (tmp_path / "tin.toml").write_text(material)
    text = TINY_CASE.replace("sodium-wang-2020", "tin.toml") + CREEP.format("true")
    with pytest.raises(CaseError, match="creep.creep_rate_at_1_MPa.*'tin' has none"):
        parse_case(text.encode(), "case.toml", tmp_path)


def test_lithium_creeps_as_measured():
    text = TINY_CASE.replace("sodium-wang-2020", "lithium")
    text = text.replace(
        '[{ pressure = "0.5 MPa" }]', '[{ pressure = "0.5 MPa", duration = "9 s" }]'
    )
    text += CREEP.format("true")
    case = parse_case(text.encode(), "case.toml", Path())
    law = to_model(case).sodium.creep
    assert (law.rate_per_s, law.exponent) == (7.7e-3, 6.56)
    # Sourced, so no estimate; at 0.6 MPa 2.7e-4 per s
    assert not [name for name in assumed_values(case) if name.startswith("creep.")]
    assert law.rate_per_s * 0.6**law.exponent == pytest.approx(2.7e-4, rel=0.01)


def test_named_sets_of_the_size_effect():
    program, more = '{ pressure = "5 MPa" }', '\n[size_effect]\nset = "{}"\n'
    case = case_of(program, more.format("lithium pillars"))
    law = to_model(case).size_effect
    assert law.factor(1.0, 1.39) == pytest.approx(105.0, rel=1e-3)
    assert law.factor(1.0, 9.45) == pytest.approx(15.0, rel=1e-3)
    assert "Singh" in case.size_effect.exponent.source
    again = parse_case(resolved_toml(case).encode(), "case.toml", Path())
    assert again == case
    sodium = case_of(program, more.format("sodium pillars"))
    assert to_model(sodium).size_effect.strength_MPa == pytest.approx(0.6 * 146.7, rel=2e-3)
    assert {"size_effect.strength_at_1_um", "size_effect.exponent"} <= set(assumed_values(sodium))
    own = case_of(program, more.format("lithium pillars") + "exponent = 0.5\n")
    assert to_model(own).size_effect == PowerLaw(146.7, 0.5)
    for wrong, said in (
        ('set = "lead"\n', "lithium pillars"),
        ('set = "lithium pillars"\nkind = "nix-gao"\n', "of kind 'power'"),
        ('length = "1 um"\n', "'nix-gao', 'power', or a set"),
    ):
        assert said in refusal(program, "\n[size_effect]\n" + wrong)


def test_size_effect_is_an_estimate():
    program, more = '{ pressure = "5 MPa" }', '\n[size_effect]\nkind = "{}"\n{}'
    assert to_model(case_of(program)).size_effect is None
    case = case_of(program, more.format("nix-gao", 'length = "30 um"\n'))
    assert to_model(case).size_effect == NixGao(30.0)
    assert "size_effect.length" in assumed_values(case)
    case = case_of(program, more.format("power", 'strength_at_1_um = "50 MPa"\nexponent = 1.0\n'))
    assert to_model(case).size_effect == PowerLaw(50.0, 1.0)
    assert {"size_effect.strength_at_1_um", "size_effect.exponent"} <= set(assumed_values(case))


def test_a_sweep_can_vary_the_program_and_the_creep_of_its_case():
    plain = {"program": [{"pressure": "5 MPa"}, {"hold": "1 s"}]}
    known = field_paths(plain)
    assert {"program[1].hold", "program[0].temperature", "sodium.young"} <= set(known)
    assert "creep.with_yield" not in known, "it would switch creep on by itself"
    assert "creep.with_yield" in field_paths(plain | {"creep": {}})
