"""Spectra of a run: arcs where they belong, and a figure only where there is something to show."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from napress.postprocess.figures.spectrum import spectrum_drawings
from napress.postprocess.resistance.spectrum import ElectrolyteArc, spectra

ARC = ElectrolyteArc(conductivity_mS_per_cm=0.5, permittivity=40.0, thickness_um=1000.0)


def history(**columns):
    pressing = [1.0, 10.0, 100.0, 5.0]
    resistance = [3000.0, 300.0, 5.0, 900.0]
    return pd.DataFrame(
        {
            "step": range(4),
            "is_target": 1,
            "pressure_MPa": pressing,
            "contact_fraction": 1.0,
            "interface_asr_ohm_cm2": resistance,
            "bulk_asr_ohm_cm2": 4.0,
            "clean_contact_percent": [0.1, 1.0, 60.0, 0.3],
            "interface_capacitance_uF_per_cm2": [0.9, 0.9, 0.4, 0.9],
        }
        | columns
    )


def test_an_arc_peaks_where_its_capacitance_says_and_ends_at_its_resistance():
    found = spectra(history(), None)
    assert [one.released for one in found] == [False, False, False, True]
    first = found[0]
    peak = 1e6 / (2 * math.pi * 3000.0 * 0.9)
    assert first.interface_peak_Hz == pytest.approx(peak)
    at = np.argmax(-first.impedance_ohm_cm2.imag)
    assert first.frequency_Hz[at] == pytest.approx(peak, rel=0.1)
    assert first.impedance_ohm_cm2[-1].real == pytest.approx(3004.0, rel=1e-3)
    assert first.impedance_ohm_cm2[0].real == pytest.approx(4.0, rel=1e-3)


def test_the_electrolyte_has_an_arc_of_its_own():
    assert ARC.resistance_ohm_cm2 == pytest.approx(200.0)
    # 0.05 S/m over 2 pi 8.85e-12 40
    assert ARC.peak_frequency_Hz == pytest.approx(2.247e7, rel=1e-3)
    one = spectra(history(), ARC.row())[2]
    assert one.impedance_ohm_cm2[-1].real == pytest.approx(205.0, rel=1e-3)
    assert abs(one.impedance_ohm_cm2[0]) < 10.0  # at 1 GHz both are short-circuited


def test_without_capacitance_or_contact_there_is_no_spectrum():
    unknown = history(interface_capacitance_uF_per_cm2=math.nan)
    assert spectra(unknown, None) == []
    assert spectra(history(interface_asr_ohm_cm2=math.inf), None) == []
    assert spectra(history().drop(columns="interface_capacitance_uF_per_cm2"), None) == []


def test_a_figure_is_drawn_for_a_film_or_a_known_permittivity(tmp_path, recwarn):
    assert list(spectrum_drawings(history(), tmp_path)) == ["spectrum"]
    bare = history(clean_contact_percent=100.0)
    assert spectrum_drawings(bare, tmp_path) == {}
    content = {"resistance": {"electrolyte": ARC.row()}}
    (tmp_path / "summary.json").write_text(json.dumps(content), encoding="utf-8")
    figure = spectrum_drawings(bare, tmp_path)["spectrum"]()
    figure.canvas.draw()
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert len(labels) == 4 and labels[-1].startswith("5 MPa after release")
    assert any("electrolyte" in text.get_text() for axes in figure.axes for text in axes.texts)
    assert not [one for one in recwarn if "limits" in str(one.message)]
