"""Interface, pellet and window read the tensile strength alike: one Weibull law."""

import math

import pytest
from tiny_case import TINY_CASE

from napress.cases.model.fracture import fracture_settings
from napress.cases.model.pellet import pellet_estimates, to_pellet_model
from napress.cases.schema.load import (
    load_case,
    load_pellet_case,
    pellet_case_hash,
    pellet_resolved_toml,
)
from napress.cases.window.judge import _form
from napress.cases.window.plan import load_plan

PELLET = """
[pellet]
diameter = "10 mm"
[ceramic]
material = "nzsp"
thickness = "1 mm"
[sodium]
material = "sodium-wang-2020"
thickness = "100 um"
[[program]]
pressure = "10 MPa"
"""
SPECIMENS = '[fracture]\nspecimen_volume = "4 mm**3"\nspecimen_area = "30 mm**2"\n'


def interface(folder, text=TINY_CASE):
    (folder / "case.toml").write_text(text)
    return load_case(folder / "case.toml")


def pellet(folder, text=PELLET):
    (folder / "pellet.toml").write_text(text)
    return load_pellet_case(folder / "pellet.toml")


@pytest.mark.parametrize("specimens", ["", SPECIMENS])
def test_interface_and_pellet_have_the_same_law(tmp_path, specimens):
    of_interface = fracture_settings(interface(tmp_path, TINY_CASE + specimens)).law
    of_pellet = to_pellet_model(pellet(tmp_path, PELLET + specimens)).strength.law
    assert of_interface == of_pellet
    # The mean of the law is the tensile strength: that is how it is read.
    mean = of_pellet.characteristic_MPa * math.gamma(1 + 1 / of_pellet.modulus)
    assert mean == pytest.approx(to_pellet_model(pellet(tmp_path)).strength.tensile_MPa)
    assert of_pellet.volume_um3 == pytest.approx(4e9 if specimens else 1e9)


def test_a_window_gives_its_law_to_the_pellet(tmp_path):
    pellet(tmp_path)
    window = '[window]\nclosure_target = "99 %"\npellet = "pellet.toml"\n'
    text = (TINY_CASE + SPECIMENS + window).replace('"0.5 MPa" }', '"10 MPa" }')
    (tmp_path / "window.toml").write_text(text)
    plan = load_plan(tmp_path / "window.toml")
    law = fracture_settings(plan.case).law
    assert law.volume_um3 == pytest.approx(4e9)
    assert to_pellet_model(plan.pellet).strength.law == law == _form(plan).law


def test_specimens_are_part_of_a_pellet_case_and_of_its_estimates(tmp_path):
    bare, given = pellet(tmp_path), pellet(tmp_path, PELLET + SPECIMENS)
    assert pellet_case_hash(bare) != pellet_case_hash(given)
    assert "specimen_volume" in pellet_resolved_toml(bare)
    assert "fracture.specimen_volume" in pellet_estimates(bare)


def test_a_size_without_its_unit_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"fracture.specimen_volume: .*mm\*\*3"):
        pellet(tmp_path, PELLET + "[fracture]\nspecimen_volume = 4.0\n")
