"""Shipped materials are complete and sourced; a user's own file is checked alike."""

from __future__ import annotations

import pytest

from napress.cases.cli.tables import materials_text
from napress.cases.errors import CaseError
from napress.cases.schema.materials import load_material, material_ids, material_rows
from napress.cases.values.fields import SourcedValue

OWN = """
id = "mine"
name = "My glass"
kind = "ceramic"
young = { value = "21 GPa", source = "our ultrasound" }
poisson = { value = 0.29, estimate = true, note = "guess" }
tensile_strength = { value = "40 MPa", source = "our bending test" }
compressive_strength = { value = "400 MPa", estimate = true, note = "ten times" }
fracture_toughness = { value = "0.3 MPa*m**0.5", source = "our indents" }
"""


def test_every_material_of_the_issue_is_there():
    needed = {
        "sodium-wang-2020",
        "nzsp",
        "beta-alumina",
        "na3ps4",
        "na3sbs375se025",
        "closo-borate",
        "lpscl",
        "llzo",
        "lithium",
    }
    assert needed <= set(material_ids())


@pytest.mark.parametrize("name", material_ids())
def test_every_value_has_a_source_or_is_an_estimate(name):
    material = load_material(name)
    assert material.id == name
    entries = [v for v in dict(material).values() if isinstance(v, SourcedValue)]
    assert len(entries) >= 4
    for entry in entries:
        assert bool(entry.source) != entry.estimate, "a source, or an estimate, not both"
        assert entry.source or entry.note, "an estimate says how it was made"
        if entry.range is not None:
            assert entry.range[0] <= entry.value <= entry.range[1]


def test_values_in_inner_units():
    sodium, nzsp = load_material("sodium-wang-2020"), load_material("nzsp")
    assert sodium.young.value == pytest.approx(4600.0)
    assert 0.19 <= sodium.yield_strength.value <= 0.28
    assert sodium.hardening.value == 0.0
    assert sodium.rate_exponent.value == pytest.approx(0.164)
    assert 56e3 <= nzsp.young.value <= 97e3
    assert nzsp.fracture_toughness.unit == "MPa*m**0.5"
    assert not nzsp.tensile_strength.estimate
    assert nzsp.compressive_strength.estimate
    assert nzsp.weibull_modulus.estimate


def test_recalled_values_are_marked():
    for name in ("beta-alumina", "na3ps4", "na3sbs375se025"):
        assert load_material(name).young.estimate


def test_closo_borate_modulus_follows_from_bulk_and_shear():
    bulk, shear = 17.3e3, 3.3e3
    material = load_material("closo-borate")
    young = 9 * bulk * shear / (3 * bulk + shear)
    assert material.young.value == pytest.approx(young, rel=0.01)
    assert material.poisson.value == pytest.approx(young / (2 * shear) - 1, rel=0.01)


def test_table_marks_estimates_and_names_units():
    rows = material_rows([load_material("nzsp")])
    assert {row["property"] for row in rows} >= {"young", "poisson", "tensile_strength"}
    text = materials_text(rows)
    assert text.count("estimate;") == sum(row["estimate"] for row in rows) > 0
    assert "MPa" in text and "mS/cm" in text and "Nonemacher" in text


def test_own_file_beside_the_case(tmp_path):
    (tmp_path / "mine.toml").write_text(OWN)
    material = load_material("mine.toml", beside=tmp_path)
    assert material.young.value == pytest.approx(21e3)
    assert material.weibull_modulus is None


@pytest.mark.parametrize(
    ("old", "new", "field", "complaint"),
    [
        ("0.29", "0.5", "poisson", "< 0.5"),
        ("0.29", "-1.0", "poisson", "> -1"),
        ('"21 GPa"', "21", "young", "no unit"),
        ('"40 MPa"', '"40 um"', "tensile_strength", "not a pressure"),
        ('source = "our indents"', 'sauce = "x"', "fracture_toughness", "did you mean 'source'"),
        (', source = "our indents"', "", "fracture_toughness", "estimate = true"),
        ('kind = "ceramic"', 'kind = "wood"', "kind", "'metal', 'ceramic'"),
        ('kind = "ceramic"', 'kind = "metal"', "tensile_strength", "unknown key"),
        ("poisson = {", "poison = {", "poison", "did you mean 'poisson'"),
    ],
)
def test_own_file_errors_name_file_and_field(tmp_path, old, new, field, complaint):
    assert old in OWN
    (tmp_path / "mine.toml").write_text(OWN.replace(old, new))
    with pytest.raises(CaseError) as caught:
        load_material("mine.toml", beside=tmp_path)
    assert (caught.value.file, caught.value.field) == ("mine.toml", field)
    assert complaint in caught.value.message
