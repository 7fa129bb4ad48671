"""The reference solutions against limits, inverses and independent numerics."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp

from napress.postprocess import theory as cf

fractions = st.floats(0.01, 0.99)


def test_effective_modulus_of_equal_bodies_and_of_a_rigid_one():
    equal = cf.effective_modulus_MPa(70e3, 0.25, 70e3, 0.25)
    rigid = cf.effective_modulus_MPa(70e3, 0.25, math.inf, 0.3)
    assert equal == pytest.approx(70e3 / (2 * (1 - 0.25**2)))
    assert rigid == pytest.approx(2 * equal)
    with pytest.raises(ValueError, match="poisson_1"):
        cf.effective_modulus_MPa(70e3, 0.6, 70e3, 0.25)
    with pytest.raises(ValueError, match="at least one"):
        cf.effective_modulus_MPa(math.inf, 0.2, math.inf, 0.2)


def elastic_deflection(pressure, width, modulus):
    """Deflection of a half plane under a periodic pressure, mean left out (spectral)."""
    transform = np.fft.rfft(pressure)
    k = 2 * np.pi / width * np.arange(len(transform))
    transform[0] = 0
    transform[1:] *= 2 / (modulus * k[1:])
    return np.fft.irfft(transform, len(pressure))


@given(fractions)
@settings(max_examples=20, deadline=None)
def test_westergaard_pressure_integrates_to_the_mean(ratio):
    wavelength, closure = 20.0, 40.0
    mean = ratio * closure
    half = cf.westergaard_half_width_um(mean, closure, wavelength)

    def pressure(x):
        return float(cf.westergaard_pressure_MPa(x, mean, closure, wavelength))

    # the endpoints' square root is smoothed by x = a sin t
    force = quad(lambda t: pressure(half * math.sin(t)) * half * math.cos(t), 0, math.pi / 2)[0]
    assert 2 * force / wavelength == pytest.approx(mean, rel=1e-8)
    assert pressure(half * 1.001) == 0
    assert pressure(0.0) == pytest.approx(cf.westergaard_peak_pressure_MPa(mean, closure))


def test_westergaard_pressure_closes_the_gap_it_says_by_an_independent_half_plane():
    width, amplitude, modulus = 20.0, 1.0, 5000.0
    closure = cf.westergaard_closure_pressure_MPa(modulus, amplitude, width)
    n = 2**15
    x = np.arange(n) * width / n
    for ratio in (0.1, 0.5, 0.9):
        mean = ratio * closure
        pressure = cf.westergaard_pressure_MPa(x, mean, closure, width)
        gap = elastic_deflection(pressure, width, modulus) - amplitude * np.cos(
            2 * np.pi * x / width
        )
        touching = pressure > 0
        gap -= gap[touching].mean()
        assert np.abs(gap[touching]).max() < 2e-4 * amplitude
        assert gap[~touching].min() > -2e-4 * amplitude
        expected = cf.westergaard_mean_gap_um(mean, closure, amplitude)
        assert gap.mean() == pytest.approx(expected, abs=2e-4 * amplitude)
        assert touching.mean() == pytest.approx(
            cf.westergaard_contact_fraction(mean, closure), abs=2 / n
        )


def test_westergaard_gap_uses_the_energy_of_flattening():
    amplitude, closure = 1.0, 40.0
    # work of the mean pressure per area until closure is p* D / 4
    work = quad(lambda p: cf.westergaard_mean_gap_um(p, closure, amplitude), 0, closure)[0]
    assert work == pytest.approx(closure * amplitude / 4, rel=1e-8)
    assert cf.westergaard_mean_gap_um(0, closure, amplitude) == amplitude
    assert cf.westergaard_mean_gap_um(2 * closure, closure, amplitude) == 0


@given(fractions)
def test_westergaard_half_width_and_mean_pressure_are_inverse(ratio):
    half = cf.westergaard_half_width_um(ratio * 40, 40, 20)
    assert cf.westergaard_mean_pressure_MPa(half, 40, 20) == pytest.approx(ratio * 40, rel=1e-10)


def test_westergaard_beyond_closure_is_a_wave_on_a_mean():
    x = np.array([0.0, 5.0, 10.0])
    assert cf.westergaard_pressure_MPa(x, 60, 40, 20) == pytest.approx([100, 60, 20])
    assert cf.westergaard_contact_fraction(60, 40) == 1
    with pytest.raises(ValueError, match="half_width_um"):
        cf.westergaard_mean_pressure_MPa(11, 40, 20)


def test_westergaard_turns_into_hertz_for_a_small_contact():
    modulus, amplitude, wavelength = 5000.0, 1.0, 20.0
    closure = cf.westergaard_closure_pressure_MPa(modulus, amplitude, wavelength)
    mean = 1e-6 * closure
    radius = 1 / (amplitude * (2 * math.pi / wavelength) ** 2)
    # line contact: a^2 = 4 P R / (pi E*)
    line = math.sqrt(4 * mean * wavelength * radius / (math.pi * modulus))
    assert cf.westergaard_half_width_um(mean, closure, wavelength) == pytest.approx(line, rel=1e-5)


def test_full_contact_shear_peaks_at_a_sixth_of_the_wavelength():
    depth = np.linspace(0, 20, 200001)
    shear = cf.full_contact_max_shear_MPa(depth, 100, 20)
    assert shear.max() == pytest.approx(100 / math.e, rel=1e-9)
    assert depth[shear.argmax()] == pytest.approx(20 / (2 * math.pi), abs=1e-3)
    # Tresca: twice the largest shear is the yield stress
    p1 = cf.full_contact_yield_amplitude_MPa(50)
    assert 2 * cf.full_contact_max_shear_MPa(20 / (2 * math.pi), p1, 20) == pytest.approx(50)
    assert p1 == pytest.approx(1.36 * 50, rel=1e-3)
    with pytest.raises(ValueError, match="depth_um"):
        cf.full_contact_max_shear_MPa(-1, 1, 20)


def test_hertz_pressure_carries_the_force():
    force, radius, modulus = 30.0, 5.0, 4000.0
    a = cf.hertz_contact_radius_um(force, radius, modulus)
    p0 = cf.hertz_peak_pressure_MPa(force, radius, modulus)
    carried = quad(lambda r: p0 * math.sqrt(1 - (r / a) ** 2) * 2 * math.pi * r, 0, a)[0]
    assert carried == pytest.approx(force, rel=1e-6)
    # stress of the point force outside the circle
    assert cf.hertz_edge_tension_MPa(p0, 0.25) == pytest.approx(
        (1 - 2 * 0.25) * force / (2 * math.pi * a**2), rel=1e-9
    )
    assert cf.hertz_edge_tension_MPa(p0, 0.5) == 0


def test_bisinusoid_light_load_is_two_hertz_peaks_per_cell():
    modulus, amplitude, wavelength = 5000.0, 0.5, 20.0
    closure = cf.bisinusoid_closure_pressure_MPa(modulus, amplitude, wavelength)
    mean = 1e-3 * closure
    radius = 1 / (amplitude * (2 * math.pi / wavelength) ** 2)
    a = cf.hertz_contact_radius_um(mean * wavelength**2 / 2, radius, modulus)
    assert cf.bisinusoid_light_contact_fraction(mean, closure) == pytest.approx(
        2 * math.pi * a**2 / wavelength**2, rel=1e-12
    )
    assert cf.bisinusoid_nearly_closed_contact_fraction(closure, closure) == 1
    with pytest.raises(ValueError, match="light-load"):
        cf.bisinusoid_light_contact_fraction(0.5 * closure, closure)
    with pytest.raises(ValueError, match="near closure"):
        cf.bisinusoid_nearly_closed_contact_fraction(0.5 * closure, closure)


def test_persson_slope_at_light_load_and_saturation():
    light = cf.persson_contact_fraction(1e-4, 1.0, 1.0) / 1e-4
    assert light == pytest.approx(math.sqrt(8 / math.pi), rel=1e-6)
    assert cf.persson_contact_fraction(100, 1.0, 1.0) == pytest.approx(1)


def test_punch_pressures():
    assert cf.prandtl_punch_pressure_MPa(1) == pytest.approx(2.97, abs=0.005)
    # per punch area the row is as hard as the single punch
    assert cf.punch_row_pressure_MPa(0.3, 2.0) / 0.3 == pytest.approx(
        cf.prandtl_punch_pressure_MPa(2.0)
    )
    with pytest.raises(ValueError, match="covered_fraction"):
        cf.punch_row_pressure_MPa(0.6, 1.0)


@given(fractions, st.floats(1.0, 10.0))
def test_norton_rates_are_linear_viscous_at_one_and_rigid_plastic_at_large_exponents(void, stress):
    # n = 1: viscosity 1 / 3A; shells of a Newtonian fluid, textbook
    viscosity = 1 / (3 * 0.2)
    assert cf.norton_sphere_closure_rate_per_s(stress, void, 0.2, 1) == pytest.approx(
        stress / (4 * viscosity * (1 - void))
    )
    assert cf.norton_cylinder_closure_rate_per_s(stress, void, 0.2, 1) == pytest.approx(
        stress / (2 * viscosity * (1 - void))
    )
    # n to infinity: at the rigid-plastic pressure the effective stress is the yield stress
    n = 1e6
    sphere = cf.spherical_void_closure_pressure_MPa(void, stress)
    cylinder = cf.cylindrical_void_closure_pressure_MPa(void, stress)
    assert 3 * sphere / (2 * n * (1 - void ** (1 / n))) == pytest.approx(stress, rel=1e-4)
    assert math.sqrt(3) * cylinder / (n * (1 - void ** (1 / n))) == pytest.approx(stress, rel=1e-4)


@pytest.mark.parametrize("spherical", [True, False])
def test_norton_rate_meets_equilibrium_through_the_shell(spherical):
    a, b, prefactor, n = 1.0, 1.7, 0.3, 4.0
    power = 3 if spherical else 2
    function = (
        cf.norton_sphere_closure_rate_per_s if spherical else cf.norton_cylinder_closure_rate_per_s
    )
    rate = function(2.0, (a / b) ** power, prefactor, n)
    # incompressible flow: strain rate falls as r^-power; sum the radial equilibrium

    def slope(r, _):
        hoop = rate * (a / r) ** power
        effective_rate = 2 * hoop if spherical else 2 / math.sqrt(3) * hoop
        effective = (effective_rate / prefactor) ** (1 / n)
        return 2 * effective / r if spherical else 2 / math.sqrt(3) * effective / r

    pressure = solve_ivp(slope, (a, b), [0.0], rtol=1e-10, atol=1e-12).y[0, -1]
    assert pressure == pytest.approx(2.0, rel=1e-7)


def test_hill_cylinder_limits_and_inverse():
    a, b, sigma = 10.0, 20.0, 0.7
    k = cf.shear_yield_MPa(sigma)
    first = cf.hill_cylinder_first_yield_MPa(a, b, sigma)
    full = cf.hill_cylinder_full_plasticity_MPa(a, b, sigma)
    assert first == pytest.approx(k * (1 - 0.25))
    assert full == pytest.approx(2 * k * math.log(2))
    for c in (10.0, 13.0, 17.5, 20.0):
        pressure = cf.hill_cylinder_pressure_MPa(c, a, b, sigma)
        assert first <= pressure <= full
        assert cf.hill_cylinder_plastic_radius_um(pressure, a, b, sigma) == pytest.approx(c)
    # full plasticity is the collapse of a cylindrical void of the same fraction
    assert full == pytest.approx(cf.cylindrical_void_closure_pressure_MPa((a / b) ** 2, sigma))
    with pytest.raises(ValueError, match="full plasticity"):
        cf.hill_cylinder_plastic_radius_um(1.01 * full, a, b, sigma)
    with pytest.raises(ValueError, match="inner_um"):
        cf.hill_cylinder_first_yield_MPa(b, a, sigma)


def test_trapped_gas():
    assert cf.trapped_gas_volume_fraction(360) == pytest.approx(2.8e-4, rel=0.01)
    assert cf.trapped_gas_volume_fraction(0.1) == 1
    with pytest.raises(ValueError, match="at least the initial"):
        cf.trapped_gas_volume_fraction(0.05)


def test_strip_constriction_against_a_laplace_solution():
    # Fourier-Galerkin for the potential of a half plane: current only through the strip
    wavelength, sigma, contact = 20.0, 0.46, 0.4
    cells = 2000
    x = (np.arange(cells) + 0.5) / cells  # half a period, in units of half the wavelength
    touching = x < contact
    order = np.arange(1, cells)
    cosine = np.cos(np.pi * np.outer(x[touching], order))
    # potential of a current density j on the strip, per wavelength and conductivity
    kernel = (cosine / order) @ cosine.T * 2 / cells / (2 * np.pi)
    size = touching.sum()
    # the potential on the strip is one unknown constant, the mean current is 1
    system = np.block(
        [[kernel, -np.ones((size, 1))], [np.ones((1, size)) / cells, np.zeros((1, 1))]]
    )
    constant = np.linalg.solve(system, np.append(np.zeros(size), 1.0))[-1]
    computed = 0.1 * constant * wavelength / sigma
    expected = cf.strip_constriction_asr_ohm_cm2(contact, wavelength, sigma)
    assert computed == pytest.approx(expected, rel=3e-3)


@given(fractions)
def test_westergaard_asr_is_the_constriction_of_its_contact(ratio):
    fraction = cf.westergaard_contact_fraction(ratio * 40, 40)
    assert cf.westergaard_asr_ohm_cm2(ratio * 40, 40, 20, 0.46) == pytest.approx(
        cf.strip_constriction_asr_ohm_cm2(fraction, 20, 0.46), rel=1e-9
    )


def test_spot_resistances_and_units():
    # 10 um spot on 1 S/m (10 mS/cm): 1 / (4 * 1 S/m * 1e-5 m) = 25 kohm
    assert cf.spot_resistance_ohm(10, 10) == pytest.approx(25e3)
    # a small spot in a tube: free resistance times the tube's area in cm^2
    asr = cf.spot_in_tube_asr_ohm_cm2(1e-4, 10, 10)
    assert asr == pytest.approx(cf.spot_resistance_ohm(1e-4, 10) * math.pi * (10e-4) ** 2, rel=1e-4)
    # 20 % contact, radius 10 um, 0.46 mS/cm: about 1.5 ohm cm^2
    assert cf.spot_in_tube_asr_ohm_cm2(10 * math.sqrt(0.2), 10, 0.46) == pytest.approx(
        1.5, rel=0.03
    )
    assert abs(cf.tube_constriction_factor(1.0)) < 1e-4
    assert cf.tube_constriction_factor(1e-9) == pytest.approx(1)


def test_insulating_discs_and_cmy():
    assert cf.insulating_discs_asr_ohm_cm2(0.05, 10, 0.5) == pytest.approx(
        0.1 * 4 / (3 * math.pi) * 0.05 * 10 / 0.5
    )
    with pytest.raises(ValueError, match="void_area_fraction"):
        cf.insulating_discs_asr_ohm_cm2(0.5, 10, 0.5)
    conductivity = cf.harmonic_mean_conductivity_mS_per_cm(0.5, math.inf)
    assert conductivity == pytest.approx(1.0)
    low = cf.cmy_conductance_S_per_cm2(0.01, 1.0, 1.0, 0.1, conductivity)
    # 1.25 * 0.1 S/m * 0.1 / 1e-6 m * 0.01^0.95 in S/m^2, then per cm^2
    assert low == pytest.approx(1.25 * 0.1 * 0.1 / 1e-6 * 0.01**0.95 * 1e-4)
    with pytest.raises(ValueError, match="hardness_MPa"):
        cf.cmy_conductance_S_per_cm2(0.2, 1.0, 1.0, 0.1, conductivity)


def test_strength_criteria():
    tension, compression = 60.0, 500.0
    slope, intercept = cf.drucker_prager_constants(tension, compression)
    assert tension / math.sqrt(3) + slope * tension == pytest.approx(intercept)
    assert compression / math.sqrt(3) - slope * compression == pytest.approx(intercept)
    ratio = cf.weibull_strength_ratio(1.0, 1000.0, 10)
    # the smaller body at its higher stress fails as often as the larger one
    assert cf.weibull_failure_probability(50 * ratio, 80, 10, 1.0) == pytest.approx(
        cf.weibull_failure_probability(50, 80, 10, 1000.0)
    )
    assert cf.weibull_failure_probability(-1e3, 80, 10) == 0
    assert cf.weibull_failure_probability(80, 80, 10) == pytest.approx(1 - math.exp(-1))


def test_phase_field_lengths():
    # NZSP, Gc 20 J/m^2, 50 to 110 MPa: 14 to 236 um
    assert cf.phase_field_length_um(78.6e3, 20, 50, "AT1") == pytest.approx(236, rel=0.01)
    assert cf.phase_field_length_um(78.6e3, 20, 110, "AT2") == pytest.approx(14, rel=0.03)
    with pytest.raises(ValueError, match="AT1, AT2"):
        cf.phase_field_length_um(1, 1, 1, "AT3")


@pytest.mark.parametrize(
    "call",
    [
        lambda: cf.westergaard_closure_pressure_MPa(-1, 1, 1),
        lambda: cf.westergaard_contact_fraction(-1, 1),
        lambda: cf.westergaard_pressure_MPa(0, 1, 1, math.nan),
        lambda: cf.hertz_contact_radius_um(1, 0, 1),
        lambda: cf.persson_contact_fraction(1, 1, 0),
        lambda: cf.spherical_void_closure_pressure_MPa(1, 1),
        lambda: cf.cylindrical_void_closure_pressure_MPa(0, 1),
        lambda: cf.norton_sphere_closure_rate_per_s(1, 0.5, 1, 0.5),
        lambda: cf.norton_cylinder_closure_rate_per_s(1, 1.5, 1, 2),
        lambda: cf.strip_constriction_asr_ohm_cm2(0, 1, 1),
        lambda: cf.spot_in_tube_asr_ohm_cm2(2, 1, 1),
        lambda: cf.shear_yield_MPa(math.inf),
        lambda: cf.drucker_prager_constants(0, 1),
    ],
)
def test_out_of_range_is_one_line(call):
    with pytest.raises(ValueError) as caught:
        call()
    assert "\n" not in str(caught.value)
