"""Cases written, read and varied in Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import napress as na
from napress.cases.schema.load import load_case

EXAMPLES = Path(__file__).resolve().parents[3] / "cases" / "examples"


def test_a_case_read_from_a_file_is_the_case_of_the_command():
    case = na.load(EXAMPLES / "rough-nzsp.toml")
    assert case.model == load_case(EXAMPLES / "rough-nzsp.toml")
    assert case.title == "Sodium on rough NZSP to 360 MPa"
    assert "ceramic.compressive_strength" in case.estimates


def test_a_saved_case_needs_no_other_file_and_is_equal(tmp_path):
    case = na.load(EXAMPLES / "profile.toml")
    assert na.load(case.save(tmp_path / "copy.toml")) == case


def test_with_sets_fields_in_their_units_and_leaves_the_case_alone(tiny):
    softer = tiny.with_(
        {"sodium.yield_strength": "300 kPa", "surface[0].amplitude": "1 um"}, title="Softer"
    )
    assert softer.model.sodium.yield_strength.value == pytest.approx(0.3)
    assert softer.peak_to_valley_um == pytest.approx(2.0)
    assert softer.title == "Softer"
    assert tiny.peak_to_valley_um == pytest.approx(1.0)
    assert tiny != softer


def test_with_takes_whole_tables_and_numbers_of_numpy(tiny):
    other = tiny.with_(program=[{"pressure": "1 MPa"}, {"pressure": "5 MPa"}])
    other = other.with_({"interface.elements": np.int64(32), "creep": {}})
    assert [stage.pressure for stage in other.model.program] == [1.0, 5.0]
    assert other.model.interface.elements == 32


def test_files_are_found_beside_the_case_also_after_with():
    case = na.load(EXAMPLES / "profile.toml").with_({"interface.elements": 256})
    assert case.model.interface.elements == 256


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"surface[0].amplitud": "1 um"}, "did you mean 'surface[0].amplitude'?"),
        ({"surface[0].amplitude": 1.0}, "has no unit; allowed: a length"),
        ({"surface[0].amplitude": "1 kg"}, "is not a length"),
        ({"surface[0].amplitude": "8 um"}, "allowed: < sodium.thickness"),
        ({"surface[0].wavelength": "1 um"}, "too short for 16 elements"),
        ({"surface[3].amplitude": "1 um"}, "surface[3].amplitude: the case has no such field"),
        ({"sodium.material": "sodium-wan"}, "did you mean 'sodium-wang-2020'?"),
        ({"program": []}, "allowed: 1 or more tables [[program]]"),
    ],
)
def test_what_does_not_fit_is_one_line_that_says_what_is_allowed(tiny, changes, expected):
    with pytest.raises(na.CaseError) as caught:
        tiny.with_(changes)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_case_is_checked_when_it_is_made(tiny):
    with pytest.raises(na.CaseError, match="missing; allowed: table \\[interface\\]"):
        na.Case(surface=[{"kind": "flat"}])
    with pytest.raises(na.CaseError, match="did you mean 'surface'?"):
        na.Case(**tiny.written, surfaces=[])
    with pytest.raises(na.CaseError, match="no such file"):
        na.load("no-such-case.toml")
    with pytest.raises(na.CaseError, match="`napress pellet CASE`"):
        na.load(EXAMPLES / "pellets" / "nzsp-peek-die.toml")


def test_the_surface_before_pressing(tiny):
    x, height = tiny.surface_um(points=101)
    assert x[[0, -1]] == pytest.approx([0.0, 10.0])
    assert height.max() - height.min() == pytest.approx(1.0, abs=1e-6)


def test_materials_are_a_table_with_sources():
    table = na.materials()
    young = table[(table.material == "nzsp") & (table.property == "young")].iloc[0]
    assert young["unit"] == "MPa" and young["source"]
    assert set(table["material"]) >= {"sodium-wang-2020", "beta-alumina"}


def test_importing_loads_nothing_heavy():
    code = (
        "import sys, napress; napress.CaseError; print(sorted({'numpy', 'pandas', 'pydantic', "
        "'pint', 'dolfinx', 'mpi4py', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there_and_documented():
    for name in na.__all__:
        found = getattr(na, name)
        assert name.startswith("_") or found.__doc__, name
    assert set(dir(na)) == set(na.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        na.nothing  # noqa: B018
