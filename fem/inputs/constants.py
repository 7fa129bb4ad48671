"""Constants of nature, and the temperature of a room."""

from __future__ import annotations

from scipy import constants

GAS_CONSTANT_kJ_PER_MOL_K = constants.R / 1e3  # CODATA
ROOM_TEMPERATURE_K = constants.zero_Celsius + 25.0
