"""From a sweep file to checked cases."""

from __future__ import annotations

import math
from importlib import resources
from pathlib import Path

import pytest
from tiny_case import TINY_CASE

from napress.cases.errors import CaseError
from napress.cases.schema.program import to_program
from napress.cases.sweeps.expansion import expand
from napress.cases.sweeps.schema import load_sweep
from napress.fem.inputs.load_program import highest_pressure_MPa

EXAMPLES = Path(__file__).resolve().parents[3] / "cases" / "examples" / "sweeps"


def runs_of(sweeping, text):
    file = sweeping.write(text, stand_in=False)
    return expand(load_sweep(file), file)


def complaint(sweeping, text) -> str:
    with pytest.raises(CaseError) as caught:
        runs_of(sweeping, text)
    assert "\n" not in str(caught.value) and "s.toml" in str(caught.value)
    return str(caught.value)


def test_blocks_multiply_and_reach_the_case(sweeping):
    runs = runs_of(
        sweeping,
        """
        [grid]
        "surface[0].rms" = ["0.1 um", "200 nm"]
        ceramic.material = ["nzsp", "llzo"]
        [zip]
        "sodium.yield_strength" = ["0.5 MPa", { value = "1 MPa", estimate = true }]
        "sodium.hardening" = ["1 MPa", "2 MPa"]
        [[list]]
        "interface.elements" = 32
        [random]
        samples = 2
        [random.fields]
        "ceramic.young" = { distribution = "uniform", from = "50 GPa", to = "60 GPa" }
        [seeds]
        count = 3
        first = 5
        """,
    )
    assert len(runs) == 2 * 2 * 2 * 1 * 2 * 3
    assert len({run.id for run in runs}) == len(runs)
    assert {run.case.surface[0].rms for run in runs} == {0.1, 0.2}
    assert {run.case.surface[0].seed for run in runs} == {5, 6, 7}
    assert {run.case.ceramic.material.id for run in runs} == {"nzsp", "llzo"}
    pairs = {(r.case.sodium.yield_strength.value, r.case.sodium.hardening.value) for r in runs}
    assert pairs == {(0.5, 1.0), (1.0, 2.0)}
    assert all(50e3 <= run.case.ceramic.young.value <= 60e3 for run in runs)
    assert all(run.case.interface.elements == 32 for run in runs)
    assert "seed = 5" in runs[0].case.title


def test_ids_depend_on_the_case_only(sweeping):
    first = runs_of(sweeping, '[grid]\n"surface[0].rms" = ["0.1 um", "0.3 um"]')
    second = runs_of(sweeping, '[[list]]\n"surface[0].rms" = "300 nm"\n[seeds]\ncount = 1')
    # 300 nm is 0.3 um and the seed is the base's own: the same run.
    assert second[0].id == first[1].id


def test_equal_cases_are_one_run(sweeping):
    assert len(runs_of(sweeping, '[grid]\n"surface[0].rms" = ["0.1 um", "100 nm"]')) == 1


def test_several_random_surfaces_get_different_seeds(sweeping):
    case = sweeping.folder / "case.toml"
    one = case.read_text().splitlines()[2]
    two = one.replace("]", ", " + one.partition("[")[2])
    case.write_text(case.read_text().replace(one, two))
    runs = runs_of(sweeping, "[seeds]\ncount = 2")
    seeds = [[table.seed for table in run.case.surface] for run in runs]
    assert len({seed for pair in seeds for seed in pair}) == 4


@pytest.mark.parametrize(
    ("distribution", "low", "high"),
    [
        ('{ distribution = "log-uniform", from = "0.05 um", to = "0.5 um" }', 0.05, 0.5),
        (
            '{ distribution = "normal", mean = "0.2 um", sd = "0.1 um", at_least = "0.1 um" }',
            0.1,
            1.0,
        ),
        (
            '{ distribution = "lognormal", median = "0.2 um", factor = 1.5, at_most = "0.4 um" }',
            0.0,
            0.4,
        ),
    ],
)
@pytest.mark.parametrize("method", ["latin-hypercube", "sobol"])
def test_samples_keep_to_their_range_and_repeat(sweeping, distribution, low, high, method):
    text = f'[random]\nsamples = 16\nmethod = "{method}"\n[random.fields]\n'
    text += f'"surface[0].rms" = {distribution}\n'
    text += '"interface.elements" = { distribution = "integer", from = 16, to = 20 }\n'
    text += '"ceramic.material" = { distribution = "choice", values = ["nzsp", "llzo"] }'
    runs = runs_of(sweeping, text)
    values = [run.case.surface[0].rms for run in runs]
    assert len(runs) == 16 and all(low <= value <= high for value in values)
    assert max(values) > 1.5 * min(values)
    assert {run.case.interface.elements for run in runs} == set(range(16, 21))
    assert sum(run.case.ceramic.material.id == "nzsp" for run in runs) == 8
    assert [run.id for run in runs] == [run.id for run in runs_of(sweeping, text)]


def test_latin_hypercube_fills_every_slice(sweeping):
    text = '[random]\nsamples = 10\n[random.fields]\n"surface[0].hurst" = '
    runs = runs_of(sweeping, text + '{ distribution = "uniform", from = 0.0, to = 1.0 }')
    assert sorted(int(run.case.surface[0].hurst * 10) for run in runs) == list(range(10))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "grid: missing"),
        ("[grid]", "is empty"),
        ('[grid]\n"surface[0].rms" = []', "1 or more values"),
        ('[grid]\n"surface[0].rsm" = ["1 um"]', "did you mean 'surface[0].rms'?"),
        ('[grid]\n"surface[1].rms" = ["1 um"]', "did you mean 'surface[0].rms'?"),
        ('[grid]\nsodium.yeild_strength = ["1 MPa"]', "did you mean 'sodium.yield_strength'?"),
        ("[gird]", "did you mean 'grid'?"),
        ('[grid]\n"surface[0].rms" = ["0.1 um", "0.1 MPa"]', "run 2 (surface[0].rms = 0.1 MPa)"),
        ('[grid]\n"surface[0].rms" = ["0.1 um", "40 um"]', "run 2 (surface[0].rms = 40 um)"),
        ('[grid]\n"surface[0].rms" = [0.1]', "has no unit"),
        ('[grid]\n"ceramic.material" = ["nzps"]', "did you mean 'nzsp'?"),
        ('[zip]\n"surface[0].rms" = ["1 um"]\n"surface[0].seed" = [1, 2]', "different lengths"),
        ('[grid]\n"surface[0].seed" = [1]\n[seeds]\ncount = 2', "is varied by grid as well"),
        ("[seeds]\ncount = 0", "1 to 10000"),
        ('[random]\nsamples = 3\nmethod = "sobol"\n[random.fields]\nx = 1', "power of two"),
        ("[random]\nsamples = 2\n[random.fields]\nx = 1", "names no distribution"),
        (
            '[random]\nsamples = 2\n[random.fields]\n"surface[0].rms" = '
            '{ distribution = "unifrom", from = "1 um", to = "2 um" }',
            "did you mean 'uniform'?",
        ),
        (
            '[random]\nsamples = 2\n[random.fields]\n"surface[0].rms" = '
            '{ distribution = "uniform", from = "1 um", to = "2 mm" }',
            "different units",
        ),
        (
            '[grid]\n"surface[0].seed" = [1,2,3,4,5,6,7,8,9,10,11]\n[random]\nsamples = 10000\n'
            '[random.fields]\n"surface[0].hurst" = { distribution = "uniform", from = 0.1, to = 1}',
            "grid, random.fields: makes 110000 runs",
        ),
        (f"[grid]\n{'a.' * 2000}a = [1]", "grid: is nested too deeply"),
        (
            '[random]\nsamples = 2\n[random.fields."surface[0].rms".distribution]\na = 1',
            "distribution {'a': 1} is unknown",
        ),
        (f'[cluster]\ntime = "{"9" * 400} h"', "cluster.time: '999"),
        (f'[cluster]\nmemory = "{"9" * 12} TB"', "cluster.memory: '999999999999 TB' is too much"),
        ('[cluster]\nextra = "--qos=long"', "allowed: cluster.qos"),
        ('[cluster]\nextra = "-plong"', "allowed: cluster.partition"),
        ('[cluster]\nextra = "--output=x"', "is set by the workflow engine"),
        ('[cluster]\nextra = "; rm -rf x"', "';' belongs to no option"),
        ('[cluster]\ngres = "gpu"', "'name:count'"),
        ('[grid]\ntitle = ["a", "b"]', "grid.title: a title changes no run"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_before_anything_starts(sweeping, text, expected):
    assert expected in complaint(sweeping, text)


def test_a_base_that_is_not_there(sweeping):
    sweeping.file.write_text('base = "nothing.toml"\n[seeds]\ncount = 2')
    with pytest.raises(CaseError, match="s.toml: base: nothing.toml: no such file; allowed"):
        expand(load_sweep(sweeping.file), sweeping.file)


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.toml")), ids=lambda file: file.stem)
def test_shipped_sweeps_hold_valid_cases(file):
    # Of a thousand surfaces a fifth is built, told by the hash of the case: there are 20 seeds
    # of each of 50 points.
    few = {"thousand-runs": lambda run_id: int(run_id, 16) % 5 > 0}
    runs = expand(load_sweep(file), file, few.get(file.stem, lambda run_id: False))
    expected = {"thousand-runs": 1000, "twenty-seeds": 20, "closure-map": 8}
    assert len(runs) == expected.get(file.stem, len(runs)) >= 8
    programs = [to_program(run.case.program) for run in runs]
    assert max(highest_pressure_MPa(program) for program in programs) == 360.0


@pytest.mark.parametrize("kind", ["{ a = 1 }", '["x"]'])
def test_a_base_whose_surface_has_no_usable_kind(sweeping, kind):
    case = sweeping.folder / "case.toml"
    case.write_text(case.read_text().replace('kind = "self-affine"', f"kind = {kind}"))
    assert "surface[0]" in complaint(sweeping, '[grid]\n"sodium.thickness" = ["9 um"]')


def test_titles_name_points_that_differ(sweeping):
    text = '[zip]\ntitle = ["thin", "thick"]\n"sodium.thickness" = ["9 um", "10 um"]'
    runs = expand(load_sweep(sweeping.write(text)), sweeping.file)
    assert [run.case.title for run in runs] == ["thin", "thick"]


def test_files_of_a_base_that_is_a_link_are_found_beside_the_link_and_then_its_target(
    tmp_path, monkeypatch
):
    """From any folder, not only from where the name of the base leads to it."""
    there, here, away = (tmp_path / name for name in ("there", "here", "away"))
    for folder in (there, here, away):
        folder.mkdir()
    nzsp = (resources.files("napress.cases") / "materials" / "nzsp.toml").read_text()
    (there / "mine.toml").write_text(nzsp)
    rows = [f"{0.1 * i:.1f} {300 * math.cos(0.02 * math.pi * i):.1f}" for i in range(151)]
    (there / "scan.txt").write_text("x [um] z [nm]\n" + "\n".join(rows))
    wave = 'kind = "sinusoid", amplitude = "0.5 um", wavelength = "10 um"'
    scan = 'kind = "profile", file = "scan.txt", cutoff = "10 um"'
    case = TINY_CASE.replace(wave, scan).replace('"nzsp"', '"mine.toml"')
    (there / "case.toml").write_text(case)
    (here / "case.toml").symlink_to("../there/case.toml")
    file = here / "s.toml"
    file.write_text('base = "case.toml"\n[grid]\n"ceramic.young" = ["40 GPa", "60 GPa"]\n')
    monkeypatch.chdir(away)
    runs = expand(load_sweep(file), file)
    assert {run.case.surface[0].provenance.file for run in runs} == {"scan.txt"}


def test_a_base_is_found_beside_the_link_and_then_beside_its_target(tmp_path):
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    (there / "case.toml").write_text(TINY_CASE)
    text = 'base = "case.toml"\n[grid]\n"ceramic.young" = ["40 GPa", "60 GPa"]\n'
    (there / "s.toml").write_text(text)
    (here / "s.toml").symlink_to(there / "s.toml")
    link = here / "s.toml"
    assert all(r.case.title.startswith("Tiny wave") for r in expand(load_sweep(link), link))
    (here / "case.toml").write_text(TINY_CASE.replace("Tiny wave", "Other"))
    assert all(r.case.title.startswith("Other") for r in expand(load_sweep(link), link))
