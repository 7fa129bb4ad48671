"""What the fracture assessment is given: a case as plain numbers."""

from __future__ import annotations

from typing import Any

from napress.cases.schema.fracture import Fracture, Specimens
from napress.cases.schema.interface_case import Case, CeramicTable, value_of


def weibull_law(ceramic: CeramicTable, specimens: Specimens) -> Any:
    """Returns the one `napress.postprocess.fracture.weibull.WeibullLaw` of a ceramic.

    Its tensile strength is the mean strength of specimens of the stated effective volume
    or surface. Interface, pellet and window all use this law.

    Args:
        ceramic: Gives the strength and the modulus.
        specimens: Give the sizes.

    Returns:
        The law, ``None`` if no modulus is known.
    """
    from napress.postprocess.fracture.weibull import WeibullLaw

    modulus = value_of(ceramic, "weibull_modulus")
    if modulus is None:
        return None
    mean = value_of(ceramic, "tensile_strength").value
    sizes = (specimens.specimen_volume.value, specimens.specimen_area.value)
    return WeibullLaw.from_mean(mean, modulus.value, *sizes)


def fracture_settings(case: Case) -> Any:
    """Returns the `napress.postprocess.fracture.assessment.FractureSettings` of a case."""
    from napress.postprocess.fracture.assessment import FractureSettings
    from napress.postprocess.fracture.confinement import Confinement, Sleeve
    from napress.postprocess.fracture.scatter import FlawStatistics, Scatter

    table, ceramic = case.fracture, case.ceramic
    area = table.pellet_area_um2()
    density = table.flaws_per_area
    flaws = FlawStatistics(
        Scatter(
            table.flaw_depth_distribution, table.flaw_depth.value, table.flaw_depth_spread.value
        ),
        Scatter(
            table.toughness_distribution,
            value_of(ceramic, "fracture_toughness").value,
            table.toughness_spread.value,
        ),
        # With fewer than one flaw expected the deepest is still one flaw.
        1.0 if density is None else max(density.value * area, 1.0),
    )
    sleeve = Sleeve(
        table.sleeve_young.value, table.sleeve_poisson.value, table.sleeve_diameter_ratio.value
    )
    confinement = Confinement(
        table.confinement,
        value_of(ceramic, "young").value,
        value_of(ceramic, "poisson").value,
        sleeve,
    )
    return FractureSettings(
        pellet_area_um2=area,
        law=weibull_law(ceramic, table),
        flaws=flaws,
        confinement=confinement,
        flow=_slot_flow(case, table),
        seed=table.seed,
        samples=table.samples,
    )


def _slot_flow(case: Case, table: Fracture) -> Any:
    from napress.postprocess.fracture.assessment import SlotFlow
    from napress.postprocess.theory.flaws import creep_prefactor

    metal = case.sodium.material
    sodium_yield = table.sodium_yield or value_of(case.sodium, "yield_strength")
    prefactor, exponent = None, 1.0
    if metal.creep_rate_at_1_MPa is not None and metal.creep_exponent is not None:
        prefactor, exponent = metal.creep_rate_at_1_MPa.value, metal.creep_exponent.value
        if metal.creep_activation_energy is not None:
            prefactor = creep_prefactor(
                prefactor, metal.creep_activation_energy.value, table.temperature.value
            )
    return SlotFlow(
        width_ratio=table.slot_width_ratio.value,
        yield_MPa=sodium_yield.value,
        hold_s=table.hold_time.value,
        creep_prefactor=prefactor,
        creep_exponent=exponent,
    )
