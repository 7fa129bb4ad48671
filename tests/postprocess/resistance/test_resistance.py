"""Current focusing, contact maps, waviness and the record of resistances."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from napress.fem.snapshot import CONTACT_GAP_UM, InterfaceSnapshot
from napress.postprocess.measures.contact_map import (
    touching_as_counted,
    touching_by_gap,
    touching_by_pressure,
)
from napress.postprocess.measures.interface import measure_interface
from napress.postprocess.report import resistance_rows as resistance_report
from napress.postprocess.resistance import waviness
from napress.postprocess.resistance.contact import ContactResistance
from napress.postprocess.resistance.resistance import area_share, gini
from napress.postprocess.theory import conduction as closed_forms
from napress.postprocess.theory.film import UF_PER_CM2_UM

WAVE = waviness.Waviness(
    wavelength_um=5000.0,
    amplitude_um=5.0,
    electrolyte_thickness_um=5000.0,
    effective_modulus_MPa=6000.0,
    yield_MPa=1.0,
    conductivity_mS_per_cm=0.46,
)


def test_gini_of_uniform_and_of_concentrated_current():
    area = np.array([1.0, 2.0, 3.0, 2.0])
    assert gini(np.ones(4), area) == pytest.approx(0.0, abs=1e-14)
    # All through a quarter of the area: the Lorenz curve is flat up to 3/4.
    assert gini(np.array([0.0, 4.0, 0.0, 0.0]), area) == pytest.approx(0.75)


def test_area_share_of_two_levels():
    # Half of the area carries 0.8 of the current, so 0.9 needs half of the rest as well.
    density, area = np.array([1.6, 0.4]), np.array([1.0, 1.0])
    assert area_share(density, area) == pytest.approx(0.75)
    assert area_share(density, area, 80.0) == pytest.approx(0.5)


def interface(gap, pressure):
    points = len(gap)
    x = (np.arange(points) + 0.5) / points * 10.0
    return InterfaceSnapshot(
        position_um=np.stack([x, np.zeros(points)], axis=-1)[:, None],
        gap_um=np.asarray(gap, dtype=float)[:, None],
        pressure_MPa=np.asarray(pressure, dtype=float)[:, None],
        area_um=np.full((points, 1), 10.0 / points),
        adjacent_facets=np.zeros((0, 2), dtype=np.int64),
        facet_size_um=10.0 / points,
    )


def test_contact_by_gap_ends_where_the_gap_passes_the_tolerance():
    tolerance = CONTACT_GAP_UM
    face = interface([0.0, 0.0, 4 * tolerance, 4 * tolerance, 0.0], [0] * 5)
    touching = touching_by_gap(face)
    edge = 3.0 + 2.0 * 0.25  # a quarter of the way from the point at 3 to that at 5
    found = touching(np.array([[0.0], [edge - 1e-6], [edge + 1e-6], [5.0], [9.9]]))
    assert found.tolist() == [True, True, False, False, True]


def test_contact_by_pressure_has_the_area_of_its_points():
    touching = touching_by_pressure(interface([0.0] * 5, [0, 2, 3, 0, 0]))
    x = (np.arange(1000) + 0.5)[:, None] / 100
    assert touching(x).mean() == pytest.approx(0.4)
    assert touching(np.array([[2.1], [5.9], [6.1], [1.9]])).tolist() == [True, True, False, False]


def in_the_plane(face):
    """The same points in three dimensions, twice, one row behind the other."""
    x = face.position_um[:, :, 0]
    rows = [np.stack([x, np.full_like(x, y), 0.0 * x], axis=-1) for y in (2.5, 7.5)]
    gap, pressure, area = (
        np.concatenate([one, one]) for one in (face.gap_um, face.pressure_MPa, face.area_um)
    )
    position = np.concatenate(rows)
    return replace(face, position_um=position, gap_um=gap, pressure_MPa=pressure, area_um=area)


def test_gas_that_presses_conducts_nothing_in_three_dimensions():
    face = in_the_plane(interface([0.0, 1.0, 1.0, 0.0, 0.0], [2.0, 0.1, 0.1, 2.0, 2.0]))
    touching = touching_as_counted(replace(face, in_contact=face.gap_um == 0.0))
    assert touching(np.array([[1.0, 5.0], [3.0, 5.0], [9.0, 5.0]])).tolist() == [True, False, True]


def test_clean_contact_without_a_film_is_the_contact_that_is_counted():
    # Pressed where the gap is above the tolerance, and within it where nothing presses.
    flat = interface([0.0, 0.003, 0.5, 0.0005, 0.0008], [2.0, 2.0, 0.0, 0.0, 0.0])
    for face, fraction in ((flat, 0.6), (in_the_plane(flat), 0.4)):
        local = ContactResistance().at(face)
        counted = measure_interface(face).contact_fraction
        assert counted == pytest.approx(fraction)
        assert local.clean_contact_percent(CONTACT_GAP_UM) == pytest.approx(100 * counted)
    assert local.capacitance_uF_per_cm2(CONTACT_GAP_UM) == pytest.approx(
        0.2 * UF_PER_CM2_UM * (1 / 0.5 + 2 / CONTACT_GAP_UM)
    )


def test_contact_map_in_three_dimensions():
    grid = np.stack(np.meshgrid(*[np.linspace(0.5, 9.5, 10)] * 2, indexing="ij"), axis=-1)
    lateral = grid.reshape(-1, 2)
    flat = interface(np.where(lateral[:, 0] < 5, 0.0, 1.0), np.zeros(100))
    face = replace(
        flat, position_um=np.column_stack([lateral, np.zeros(100)])[:, None], area_um=flat.area_um
    )
    touching = touching_by_gap(face)
    assert touching(np.array([[0.0, 0.0], [4.0, 7.0], [6.0, 7.0], [10.0, 10.0]])).tolist() == [
        True,
        True,
        False,
        False,
    ]


def test_slab_between_its_limits():
    def slab(thickness):
        return closed_forms.strip_on_slab_asr_ohm_cm2(0.4, 20.0, thickness, 1.0)

    deep = closed_forms.strip_constriction_asr_ohm_cm2(0.4, 20.0, 1.0)
    assert slab(40.0) == pytest.approx(deep, rel=1e-6)
    assert slab(70.0) == deep
    # A thin slab conducts straight down, but for a fringe of (2 ln 2 / pi) t at each edge.
    thin = 1.0 / (0.4 * 10 + 2 * math.log(2) / math.pi * 1.0) * 10 - 1.0
    assert slab(1.0) == pytest.approx(0.1 * thin, rel=1e-3)
    assert closed_forms.strip_on_slab_asr_ohm_cm2(1.0, 20.0, 5.0, 1.0) == pytest.approx(
        0, abs=1e-12
    )
    with pytest.raises(ValueError, match="at least 0.1"):
        slab(0.5)


def targets():
    return pd.DataFrame(
        {"pressure_MPa": [1.0, 10.0, 100.0], "interface_asr_ohm_cm2": [10.0, 1.0, 0.1]}
    )


def test_waviness_rests_on_its_two_bounds():
    closure = math.pi * 6000 * 5 / 5000
    assert waviness.elastic_fraction(closure / 2, WAVE) == pytest.approx(0.5)
    assert waviness.elastic_fraction(2 * closure, WAVE) == 1.0
    assert waviness.flow_fraction(1.0, WAVE) == pytest.approx(1 / 2.968, rel=1e-3)
    assert waviness.flow_fraction(5.0, WAVE) == 1.0
    rows = waviness.waviness_rows(targets(), WAVE)
    for row in rows:
        assert row["waviness_contact_fraction"] >= row["waviness_elastic_contact_fraction"]
        assert (
            row["interface_asr_with_waviness_ohm_cm2"]
            <= row["interface_asr_with_elastic_waviness_ohm_cm2"]
        )


def test_a_layer_of_known_thickness_replaces_both_bounds():
    foil = replace(WAVE, metal_thickness_um=100.0)
    rows = waviness.waviness_rows(targets(), foil)
    covered = [row["waviness_contact_fraction"] for row in rows]
    assert covered == sorted(covered) and 0 < covered[0] < covered[-1] < 1
    assert all(math.isnan(row["waviness_elastic_contact_fraction"]) for row in rows)
    # A tenth of the metal carries its hill with less contact.
    thin = waviness.waviness_rows(targets(), replace(WAVE, metal_thickness_um=10.0))
    assert thin[0]["waviness_contact_fraction"] < covered[0]
    asr = "interface_asr_with_waviness_ohm_cm2"
    assert thin[1][asr] > rows[1][asr]


def test_waviness_adds_constriction_and_the_cell_at_its_own_pressure():
    covered = 0.1
    found = waviness.asr_with_waviness_ohm_cm2(covered, 1.0, WAVE, targets())
    spread = closed_forms.strip_on_slab_asr_ohm_cm2(covered, 5000.0, 5000.0, 0.46)
    # At 1 MPa on a tenth of the face the cell sees 10 MPa: 1 ohm cm2 there.
    assert found == pytest.approx(spread + 1.0 / covered)
    assert waviness.asr_with_waviness_ohm_cm2(1.0, 1000.0, WAVE, targets()) == pytest.approx(0.1)


def test_report_section_says_what_is_missing():
    names = list(resistance_report.COLUMNS)
    history = pd.DataFrame([{name: 1.5 for name in names} | {"is_target": 1, "step": 1}])
    history["interface_asr_ohm_cm2"] = math.inf
    summary = {"resistance": {"failures": ["no resistance at 3 MPa: why"]}}
    section = resistance_report.section(history, summary)
    assert section["rows"][0][1] == "no contact"
    assert section["failures"] == ["no resistance at 3 MPa: why"]
    assert resistance_report.section(history.drop(columns="interface_asr_ohm_cm2"), {}) is None


def test_the_page_of_an_older_run_has_the_columns_it_has():
    """A history written before a column existed, and a column that nothing fills."""
    history = pd.DataFrame(
        {
            "is_target": [0, 1],
            "pressure_MPa": [1.0, 2.0],
            "interface_asr_ohm_cm2": [math.nan, 0.5],
            "constriction_asr_ohm_cm2": [math.nan, 0.5],
            "interface_capacitance_uF_per_cm2": [math.nan, math.nan],
        }
    )
    found = resistance_report.section(history, {})
    assert found["heads"] == ["Mean pressure (MPa)", "Interface ASR (Ω cm²)"] + [
        "Constriction ASR (Ω cm²)"
    ]
    assert found["rows"] == [["2", "0.5", "0.5"]]
