"""Whatever is written into a pellet case, it loads or is refused in one line."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from napress.cases.errors import CaseError
from napress.cases.model.pellet import press_warnings, to_pellet_model
from napress.cases.schema.load import parse_pellet_case, pellet_resolved_toml

FOLDER = Path(str(resources.files("napress.cases").joinpath("examples", "pellets")))
CASES = [tomllib.loads(path.read_text()) for path in sorted(FOLDER.glob("*.toml"))]
PLACES = sorted(
    {
        (table, key)
        for case in CASES
        for table, content in case.items()
        if isinstance(content, dict)
        for key in content
    }
)
NUMBERS = st.one_of(
    st.floats(min_value=-1e6, max_value=1e6), st.sampled_from([0, 1, 5, 10, 1e300, 1e-300])
)
UNITS = st.sampled_from(["um", "mm", "MPa", "kN", "t", "deg", "rad", "", "furlong", "t_force"])
VALUES = st.one_of(
    st.builds(lambda number, unit: f"{number} {unit}", NUMBERS, UNITS),
    st.sampled_from(["nzsp", "peek", "elastic", "rigid", "isostatic", "lithium", "../x.toml"]),
    st.text(max_size=20),
    st.booleans(),
    st.integers(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)


@settings(max_examples=200, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(CASES), st.sampled_from(PLACES), VALUES)
def test_any_value_loads_or_is_refused(case, place, value):
    table, key = place
    changed = {name: dict(part) if isinstance(part, dict) else part for name, part in case.items()}
    changed.setdefault(table, {})
    changed[table] = changed[table] | {key: value}
    try:
        loaded = parse_pellet_case(tomli_w.dumps(changed).encode(), "case.toml", FOLDER)
    except CaseError as error:
        assert "\n" not in str(error)
        return
    again = parse_pellet_case(pellet_resolved_toml(loaded).encode(), "case.toml", FOLDER)
    assert again == loaded
    press_warnings(loaded)
    assert to_pellet_model(loaded).problem.radius_um > 0
