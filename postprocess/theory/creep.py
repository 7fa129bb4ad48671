"""Closed forms of power-law creep, for verification.

Norton's law is ``rate = A * stress**n`` in von Mises stress and equivalent strain rate,
A in MPa^-n per s. All bodies here are incompressible in their creep.
"""

from __future__ import annotations

from scipy.integrate import solve_ivp

from napress.postprocess.theory.plasticity import norton_cylinder_closure_rate_per_s


def norton_stress_MPa(rate_per_s: float, creep_rate: float, exponent: float) -> float:
    """Stress that holds a strain rate: ``(rate / A)**(1/n)``, the law inverted."""
    return (rate_per_s / creep_rate) ** (1 / exponent)


def relaxed_stress_MPa(
    start_MPa: float, time_s: float, shear_MPa: float, creep_rate: float, exponent: float
) -> float:
    """Von Mises stress of a body held at its shape.

    Creep replaces elastic strain, ``d stress / dt = -3 G A stress**n``, integrated:
    ``stress**(1-n) = start**(1-n) + (n - 1) 3 G A t``. Needs ``n > 1``.
    """
    power = 1 - exponent
    grown = start_MPa**power - power * 3 * shear_MPa * creep_rate * time_s
    return grown ** (1 / power)


def norton_closed_radius(
    start_radius: float,
    outer_radius: float,
    pressure_MPa: float,
    time_s: float,
    creep_rate: float,
    exponent: float,
) -> float:
    """Radius of a cylindrical void after a time, the area of the metal kept.

    Args:
        start_radius: Radius at the beginning, any unit.
        outer_radius: Outer radius then, same unit.
        pressure_MPa: Outer pressure.
        time_s: Time.
        creep_rate: A, MPa^-n per s.
        exponent: n.
    """
    metal = outer_radius**2 - start_radius**2

    def shrinking(_: float, radius: list[float]) -> list[float]:
        void_fraction = radius[0] ** 2 / (radius[0] ** 2 + metal)
        rate = norton_cylinder_closure_rate_per_s(pressure_MPa, void_fraction, creep_rate, exponent)
        return [-rate * radius[0]]

    found = solve_ivp(shrinking, (0.0, time_s), [start_radius], rtol=1e-10, atol=1e-14)
    return float(found.y[0, -1])
