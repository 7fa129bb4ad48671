"""Constants of nature, and the temperature of a room.

Written out, as the SI defines them or CODATA 2022 recommends them: the table of constants of
SciPy takes a tenth of a second to load.
"""

from __future__ import annotations

_BOLTZMANN_J_PER_K = 1.380649e-23
_AVOGADRO_PER_MOL = 6.02214076e23
_ELEMENTARY_CHARGE_C = 1.602176634e-19
FARADAY_C_PER_MOL = _ELEMENTARY_CHARGE_C * _AVOGADRO_PER_MOL
GAS_CONSTANT_kJ_PER_MOL_K = _BOLTZMANN_J_PER_K * _AVOGADRO_PER_MOL / 1e3
ZERO_CELSIUS_K = 273.15
ROOM_TEMPERATURE_K = ZERO_CELSIUS_K + 25.0
VACUUM_PERMITTIVITY_F_PER_M = 8.8541878188e-12  # CODATA 2022
