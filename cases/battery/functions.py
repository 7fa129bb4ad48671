"""Writes a table as a Python file that PyBaMM and plain numpy can use; it needs no napress."""

from __future__ import annotations

from napress.cases.battery.table import InterfaceTable

_HEAD = '''"""Resistance of one interface between metal and electrolyte.

{provenance}

Between the rows the logarithm of the resistance is linear in that of the pressure, and linear
in temperature; outside them the nearest row is kept. Units are in the names; PyBaMM wants SI.
"""

import math

import numpy as np

PRESSURE_MPA = np.array({pressure})
TEMPERATURE_K = np.array({temperature})
# ohm cm2, one row a pressure, one column a temperature
ASR_OHM_CM2 = np.array(
    {asr}
)
'''

_BODY = '''

def interface_resistance_ohm_m2(
    pressure_MPa, temperature_K=TEMPERATURE_K[0], current_density_A_per_m2=0.0
):
    """Resistance times area in ohm m2.

    Numbers and arrays give numbers and arrays; a PyBaMM symbol as temperature gives a PyBaMM
    symbol, for a pressure that is a number. The current density changes nothing: the
    resistance was computed for a linear interface.
    """
    if type(temperature_K).__module__.startswith("pybamm"):
        return _symbol(pressure_MPa, temperature_K)
    pressure = np.asarray(pressure_MPa, dtype=float)
    temperature = np.asarray(temperature_K, dtype=float)
    pressure, temperature = np.broadcast_arrays(pressure, temperature)
    found = np.empty(pressure.shape)
    for at in np.ndindex(pressure.shape):
        column = [_at_pressure(j, pressure[at]) for j in range(len(TEMPERATURE_K))]
        found[at] = np.interp(temperature[at], TEMPERATURE_K, column)
    return found[()]


def parameters(pressure_MPa, area_m2, interfaces=1):
    """Parameters of a PyBaMM model with the option {"contact resistance": "true"}.

    Args:
        pressure_MPa: Stack pressure of the cell.
        area_m2: Area of the electrodes.
        interfaces: Interfaces of this kind in the cell.
    """
    per_area = float(interface_resistance_ohm_m2(pressure_MPa))
    return {"Contact resistance [Ohm]": interfaces * per_area / area_m2}


def _at_pressure(column, pressure_MPa):
    logs = np.log(np.maximum(ASR_OHM_CM2[:, column], 1e-12))
    log = np.interp(math.log(pressure_MPa), np.log(PRESSURE_MPA), logs)
    return 1e-4 * math.exp(log)


def _symbol(pressure_MPa, temperature_K):
    import pybamm

    column = np.array([_at_pressure(j, float(pressure_MPa)) for j in range(len(TEMPERATURE_K))])
    if len(TEMPERATURE_K) == 1:
        return pybamm.Scalar(column[0])
    return pybamm.Interpolant(TEMPERATURE_K, column, temperature_K, interpolator="linear")
'''


def as_functions(table: InterfaceTable) -> str:
    """The text of the file.

    Args:
        table: With at least one pressure; temperatures rising.
    """
    rows = ",\n        ".join(_list(row) for row in table.asr_ohm_cm2)
    # Whatever a title holds, it stays inside the docstring.
    lines = [text.replace("\\", "/").replace('"', "'") for text in table.provenance]
    head = _HEAD.format(
        provenance="\n".join(lines),
        pressure=_list(table.pressure_MPa),
        temperature=_list(table.temperature_K),
        asr=f"[\n        {rows},\n    ]",
    )
    return head + _BODY


def _list(values) -> str:
    return "[" + ", ".join(f"{float(value):.8g}" for value in values) + "]"
