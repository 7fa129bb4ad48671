"""Synthetic steps and run folders for every test of this area."""

import importlib.util
import sys
from pathlib import Path

import pytest

from napress.postprocess.fracture.verdict import CeramicStrength, Strength


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
