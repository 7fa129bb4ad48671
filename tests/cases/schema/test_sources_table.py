"""The report's table of sources has every value of a case that has one, whatever the table."""

import tomllib

from pydantic import BaseModel
from tiny_case import TINY_CASE

from napress.cases.schema.load import load_case, resolved_toml
from napress.cases.values.fields import SourcedValue
from napress.postprocess.report.run_rows import case_rows, material_rows

TABLES = """
[creep]
law = "creep"
creep_exponent = { value = 4.8, source = "our tests" }
[size_effect]
kind = "nix-gao"
length = { value = "1 um", estimate = true }
[contact]
law = "coulomb"
coefficient = { value = 0.3, estimate = true }
[resistance]
film = { value = "1 ohm*cm**2", source = "our spectra" }
[fracture]
flaw_depth = { value = "2 um", source = "our micrographs" }
"""


def sourced(part, table=""):
    """Table and name of every sourced value of the validated case."""
    found = set()
    if isinstance(part, tuple):
        for index, inner in enumerate(part):
            found |= sourced(inner, f"{table}[{index}]")
    if isinstance(part, BaseModel):
        for name in type(part).model_fields:
            value = getattr(part, name)
            if isinstance(value, SourcedValue):
                found.add((table, name))
            elif name == "material":
                found |= sourced(value, table)
            else:
                found |= sourced(value, f"{table}.{name}" if table else name)
    return found


def test_no_sourced_value_is_missing(tmp_path):
    timed = TINY_CASE.replace('"0.5 MPa" }', '"0.5 MPa", duration = "10 s" }')
    (tmp_path / "case.toml").write_text(timed + TABLES)
    case = load_case(tmp_path / "case.toml")
    wanted = sourced(case)
    assert {("creep", "creep_exponent"), ("size_effect", "length")} <= wanted
    rows = material_rows(tomllib.loads(resolved_toml(case)))
    names = {"Young's modulus": "young", "Poisson's ratio": "poisson"}
    shown = {(row.body, names.get(row.name, row.name.replace(" ", "_"))) for row in rows}
    assert shown == wanted
    origins = {(row.body, row.name): row for row in rows}
    assert origins["creep", "creep exponent"].origin == "our tests"
    assert origins["size_effect", "length"].estimate
    assert origins["fracture", "specimen volume"].value == "1e+09 µm³"


def test_what_has_a_source_is_not_listed_twice(tmp_path):
    (tmp_path / "case.toml").write_text(TINY_CASE)
    resolved = tomllib.loads(resolved_toml(load_case(tmp_path / "case.toml")))
    listed = dict(case_rows(resolved))
    assert listed["sodium.material"] and listed["interface.elements"] == "16"
    assert not any("estimate" in name or name.endswith(".source") for name in listed)
