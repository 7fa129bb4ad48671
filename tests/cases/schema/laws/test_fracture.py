"""The table [fracture]: defaults marked as estimates, units, messages, round trip."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

import pytest
from tiny_case import TINY_CASE

from napress.cases.errors import CaseError
from napress.cases.model.fracture import fracture_settings, pressing_temperature_K
from napress.cases.model.interface import to_model
from napress.cases.schema.interface_case import assumed_values
from napress.cases.schema.load import case_hash, load_case, parse_case, resolved_toml

FULL = """
[fracture]
pellet_area = { value = "80 mm**2", source = "our die" }
specimen_volume = "3 mm**3"
specimen_area = "20 mm**2"
confinement = "elastic sleeve"
sleeve_young = "3.6 GPa"
sleeve_poisson = 0.39
sleeve_diameter_ratio = 3.0
flaw_depth = { value = "2 um", source = "our sections" }
flaw_depth_distribution = "weibull"
flaw_depth_spread = 2.5
flaws_per_area = "0.5 1/mm**2"
toughness_spread = 0.1
slot_width_ratio = 0.02
sodium_yield = "14 MPa"
pellet_thickness = "0.8 mm"
hold_time = "2 min"
temperature = "60 degC"
samples = 500
seed = 9
"""


def case(text=""):
    return parse_case((TINY_CASE + text).encode(), "case.toml", Path())


def test_defaults_are_marked_as_estimates():
    assumed = assumed_values(case())
    for name in ("flaw_depth", "toughness_spread", "pellet_diameter", "slot_width_ratio"):
        assert f"fracture.{name}" in assumed
    assert not any("sleeve" in name for name in assumed)
    assert not any(name.startswith("fracture") for name in assumed_values(case(FULL)))


def test_default_settings():
    settings = to_model(case()).fracture
    assert settings.pellet_area_um2 == pytest.approx(math.pi / 4 * 1e8)
    assert settings.flaws.toughness.median == 1.3 and settings.flaws.count == 1.0
    assert settings.law.modulus == 7.5
    assert settings.confinement.kind == "rigid die"
    # The tiny case presses sodium of 1 MPa; so strong it is in a flaw.
    assert settings.flow.yield_MPa == 1.0 and settings.flow.creep.rate_per_s == 0.53


def test_every_key_arrives():
    settings = to_model(case(FULL)).fracture
    assert settings.pellet_area_um2 == pytest.approx(80e6)
    assert settings.law.volume_um3 == pytest.approx(3e9)
    assert settings.law.area_um2 == pytest.approx(2e7)
    assert settings.confinement.sleeve.young_MPa == 3600.0
    assert settings.flaws.depth.kind == "weibull" and settings.flaws.depth.median == 2.0
    assert settings.flaws.count == pytest.approx(40.0)
    assert (settings.seed, settings.samples) == (9, 500)
    flow = settings.flow
    assert (flow.width_ratio, flow.yield_MPa, flow.hold_s) == (0.02, 14.0, 120.0)
    assert flow.creep.rate_at(flow.temperature_K) > 0.53


def test_resolved_case_reads_back_equal():
    whole = case(FULL)
    text = resolved_toml(whole)
    again = parse_case(text.encode(), "case.resolved.toml", Path())
    assert again == whole and case_hash(again) == case_hash(whole)
    assert tomllib.loads(text)["fracture"]["flaw_depth"]["source"] == "our sections"
    assert case_hash(whole) != case_hash(case())


def test_no_modulus_no_weibull():
    assert to_model(case()).fracture.law is not None
    sulfide = TINY_CASE.replace('"nzsp"', '"na3ps4"')
    assert to_model(parse_case(sulfide.encode(), "case.toml", Path())).fracture.law is None


@pytest.mark.parametrize(
    ("line", "field", "words"),
    [
        ("flaw_depth = 1", "fracture.flaw_depth", "no unit"),
        ('flaw_dept = "1 um"', "fracture.flaw_dept", "did you mean 'flaw_depth'"),
        ('flaw_depth = "1 MPa"', "fracture.flaw_depth", "not a length"),
        ('confinement = "die"', "fracture.confinement", "'rigid die'"),
        ("sleeve_diameter_ratio = 1.0", "fracture.sleeve_diameter_ratio", "> 1"),
        ('flaw_depth_distribution = "normal"', "fracture.flaw_depth_distribution", "lognormal"),
        ("seed = -1", "fracture.seed", "0 to"),
        ('hold_time = "0 s"', "fracture.hold_time", "> 0"),
        ('confinement = "compact"', "fracture.compact_yield", "'150 MPa'"),
        (
            'confinement = "jacketed sleeve"\njacket_diameter_ratio = 1.5',
            "fracture.jacket_diameter_ratio",
            "> sleeve_diameter_ratio = 2",
        ),
        (
            'confinement = "none"\nwall_friction = { value = 0.1, source = "own" }',
            "fracture.wall_friction",
            "with a die",
        ),
        ('sleeve_young = "-1 MPa"', "fracture.sleeve_young", "> 0"),
        ('temperature = "500 K"', "fracture.temperature", "<= 371 K"),
        ('toughness_spread = { value = 0.1, note = "x" }', "fracture.toughness_spread", "source"),
    ],
)
def test_message_names_the_field_and_what_is_allowed(line, field, words):
    with pytest.raises(CaseError) as caught:
        case(f"[fracture]\n{line}\n")
    text = str(caught.value)
    assert f"case.toml: {field}:" in text and words in text and "allowed:" in text
    assert "\n" not in text


TIMED = """
[creep]
law = "creep"
creep_exponent = { value = 4.0, source = "our tests" }
"""


def test_flaws_fill_by_the_program_where_it_has_time(tmp_path):
    """Time, temperature and law of the case, and where [fracture] says something else."""
    program = '"0.5 MPa", duration = "10 s", temperature = "60 degC" }, { hold = "5 min" }'
    text = TINY_CASE.replace('"0.5 MPa" }', program) + TIMED
    (tmp_path / "case.toml").write_text(text)
    case = load_case(tmp_path / "case.toml")
    flow = fracture_settings(case).flow
    assert flow.timed and flow.creep.exponent == 4.0
    assert flow.temperature_K == pytest.approx(333.15) == pressing_temperature_K(case)
    assert not {"fracture.hold_time", "fracture.temperature"} & set(assumed_values(case))
    told = " ".join(flow.notes)
    assert "310 s of the load program" in told and "fracture.hold_time = 60 s" in told
    assert "333.15 K" in told and "fracture.temperature = 298.15 K" in told
    same = '[fracture]\nhold_time = { value = "310 s", estimate = true }\n'
    same += 'temperature = { value = "60 degC", estimate = true }\n'
    (tmp_path / "case.toml").write_text(text + same)
    assert fracture_settings(load_case(tmp_path / "case.toml")).flow.notes == ()


def test_without_time_in_the_program_the_hold_time_counts(tmp_path):
    (tmp_path / "case.toml").write_text(TINY_CASE)
    flow = fracture_settings(load_case(tmp_path / "case.toml")).flow
    assert not flow.timed and flow.hold_s == 60.0 and flow.notes == ()
    assert "fracture.hold_time" in assumed_values(load_case(tmp_path / "case.toml"))
