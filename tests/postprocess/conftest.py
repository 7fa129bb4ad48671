"""Synthetic steps and run folders for every test of this area."""

import importlib.util
import sys
from pathlib import Path

import pytest

from napress.fem.inputs.materials import CreepLaw
from napress.postprocess.fracture.assessment import (
    FractureAssessment,
    FractureSettings,
)
from napress.postprocess.fracture.confinement import Confinement
from napress.postprocess.fracture.filling import SlotFlow
from napress.postprocess.fracture.invasion import FlawInvasion
from napress.postprocess.fracture.scatter import FlawStatistics, Scatter
from napress.postprocess.fracture.verdict import CeramicStrength, Strength
from napress.postprocess.fracture.weibull import WeibullLaw


def _load(name):
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"napress_tests_{name}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def synthetic():
    return _load("synthetic")


@pytest.fixture(scope="session")
def strength():
    return CeramicStrength(
        tensile=Strength(80.0, "synthetic", estimate=False),
        compressive=Strength(800.0, "ten times tensile", estimate=True),
    )


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory, synthetic, strength):
    """A finished run; tests must not change it."""
    folder = tmp_path_factory.mktemp("run")
    synthetic.record_run(folder, strength)
    return folder


@pytest.fixture(scope="session")
def assess():
    """Makes the observer of fracture for a strength, with flaws of 1 µm in a rigid die."""

    def make(strength):
        toughness, depth = Scatter("lognormal", 1.3, 0.15), Scatter("lognormal", 1.0, 0.5)
        law = WeibullLaw(7.5, 85.0, 1e9, 1e7)
        held = Confinement("rigid die", 8e4, 0.26)
        flow = SlotFlow(0.01, 0.235, 60.0, CreepLaw(0.53, 5.0))
        invasion = FlawInvasion(8e4 / (1 - 0.26**2), 0.235, 500.0, 0.53, 5.0)
        flaws = FlawStatistics(depth, toughness)
        settings = FractureSettings(7.85e7, law, flaws, held, flow, invasion)
        return FractureAssessment(settings, strength)

    return make
