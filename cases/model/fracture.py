"""What the fracture assessment is given: a case as plain numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napress.cases.schema.interface_case import Case, CeramicTable, value_of
from napress.cases.schema.laws.creep import to_law
from napress.cases.schema.laws.fracture import Fracture, Specimens
from napress.cases.schema.program import to_program
from napress.fem.inputs.load_program import Displacement, Hold, Release, Strip, has_time
from napress.fem.inputs.materials import CreepLaw

if TYPE_CHECKING:
    from napress.postprocess.fracture.filling import SlotFlow
    from napress.postprocess.fracture.invasion import FlawInvasion
    from napress.postprocess.fracture.settings import FractureSettings
    from napress.postprocess.fracture.weibull import WeibullLaw
    from napress.postprocess.invasion.history import Stretch
    from napress.postprocess.theory.flaws import JacketedSleeve

# The hold that windows speak of where the program has none.
DEFAULT_HOLD_S = 600.0


def weibull_law(ceramic: CeramicTable, specimens: Specimens) -> WeibullLaw | None:
    """Returns the one Weibull law of a ceramic.

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


def fracture_settings(case: Case) -> FractureSettings:
    """Returns what the probabilities of fracture of a case rest on."""
    from napress.postprocess.fracture.confinement import Compact, Confinement, Sleeve
    from napress.postprocess.fracture.scatter import FlawStatistics, Scatter
    from napress.postprocess.fracture.settings import FractureSettings

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
        _jacketed(table),
        None
        if table.compact_yield is None
        else Compact(
            table.compact_yield.value,
            0.0 if table.pressed_before is None else table.pressed_before.value,
        ),
        table.sleeve_yield.value,
        0.0 if table.wall_friction is None else table.wall_friction.value,
        table.pellet_thickness.value / table.pellet_diameter.value,
    )
    return FractureSettings(
        pellet_area_um2=area,
        law=weibull_law(ceramic, table),
        flaws=flaws,
        confinement=confinement,
        flow=_slot_flow(case, table),
        invasion=flaw_invasion(case),
        seed=table.seed,
        samples=table.samples,
    )


def _jacketed(table: Fracture) -> JacketedSleeve | None:
    if table.confinement != "jacketed sleeve" and not table.jacketed_compact:
        return None
    from napress.postprocess.theory.flaws import JacketedSleeve

    names = ("sleeve_young", "sleeve_poisson", "sleeve_diameter_ratio")
    names += ("jacket_young", "jacket_poisson", "jacket_diameter_ratio")
    return JacketedSleeve(*(getattr(table, name).value for name in names))


def flaw_invasion(case: Case) -> FlawInvasion:
    """Metal and ceramic of an invaded flaw: the yield stress, and the creep law if known."""
    from napress.postprocess.fracture.invasion import FlawInvasion

    table, metal = case.fracture, case.sodium.material
    young, poisson = (value_of(case.ceramic, name).value for name in ("young", "poisson"))
    law, known = creep_in_flaws(case), metal.creep_exponent
    exponents = () if law is None else (law.exponent,)
    if law is not None and known is not None and known.range:
        exponents = (min(law.exponent, known.range[0]), max(law.exponent, known.range[1]))
    return FlawInvasion(
        plane_young_MPa=young / (1.0 - poisson**2),
        yield_MPa=(table.sodium_yield or value_of(case.sodium, "yield_strength")).value,
        thickness_um=table.pellet_thickness.value,
        creep_prefactor=None if law is None else law.rate_at(pressing_temperature_K(case)),
        creep_exponent=None if law is None else law.exponent,
        exponents=exponents,
    )


def pressure_history(case: Case) -> tuple[tuple[Stretch, ...], str]:
    """The pressures of the program in time, and what to know about them.

    Empty where the program takes no time, or does not say its pressures: a flaw then is
    held at one pressure.
    """
    from napress.postprocess.invasion.history import Stretch

    program = to_program(case.program)
    if not has_time(program):
        return (), (
            "The program of the case takes no time: the map holds each pressure, got to at once."
            + (" What it is released to stays." if isinstance(program[-1], Release) else "")
        )
    if any(isinstance(entry, Displacement) for entry in program):
        return (), (
            "The program of the case moves the platen, so that its pressures are not known before: "
            "the map holds each pressure, got to at once."
        )
    law, found, now = creep_in_flaws(case), [], 0.0
    usual = None if law is None else law.rate_at(pressing_temperature_K(case))
    for entry in program:
        quick = 1.0 if law is None else law.rate_at(entry.temperature_K) / usual
        after = getattr(entry, "pressure_MPa", now)
        # A stack that relaxes while a current flows is taken to keep its pressure (safe side).
        before = after if isinstance(entry, Strip) else now
        found.append(Stretch(before, after, entry.duration_s, quick))
        now = after
    return tuple(found), (
        "Each point of the map is the program of the case brought to that highest pressure, its "
        "longest hold there lasting that time; what follows keeps its pressures."
    )


def program_hold_s(case: Case) -> float:
    """The longest hold of the program at its highest pressure, else at any, else ten minutes."""
    from napress.postprocess.invasion.history import hold_of

    at = hold_of(pressure_history(case)[0])[1]
    holds = [entry.duration_s for entry in to_program(case.program) if isinstance(entry, Hold)]
    return at or max(holds, default=DEFAULT_HOLD_S)


def pressing_temperature_K(case: Case) -> float:
    """Temperature at the end of the load program; ``[fracture]``'s where that names none."""
    named = any(stage.temperature is not None for stage in case.program)
    program = to_program(case.program)
    if named or sum(entry.duration_s for entry in program):
        return program[-1].temperature_K
    return case.fracture.temperature.value


def _slot_flow(case: Case, table: Fracture) -> SlotFlow:
    """How flaws fill: by the program of the case where it has time, else by ``[fracture]``."""
    from napress.postprocess.fracture.filling import SlotFlow

    sodium_yield = table.sodium_yield or value_of(case.sodium, "yield_strength")
    program = to_program(case.program)
    seconds = sum(entry.duration_s for entry in program)
    temperature = pressing_temperature_K(case)
    return SlotFlow(
        width_ratio=table.slot_width_ratio.value,
        yield_MPa=sodium_yield.value,
        hold_s=table.hold_time.value,
        creep=creep_in_flaws(case),
        temperature_K=temperature,
        timed=seconds > 0.0,
        notes=tuple(_told_otherwise(case, seconds, {entry.temperature_K for entry in program})),
    )


def creep_in_flaws(case: Case) -> CreepLaw | None:
    """The law of ``[creep]``, else that of the material, if there is one."""
    if case.creep is not None:
        return to_law(case.creep, case.sodium.material)
    metal = case.sodium.material
    if metal.creep_rate_at_1_MPa is None or metal.creep_exponent is None:
        return None
    energy = metal.creep_activation_energy
    return CreepLaw(
        metal.creep_rate_at_1_MPa.value,
        metal.creep_exponent.value,
        0.0 if energy is None else energy.value,
    )


def _told_otherwise(case: Case, seconds: float, temperatures: set[float]) -> list[str]:
    """Where ``[fracture]`` and the program give different times or temperatures."""
    table, found = case.fracture, []
    if seconds > 0.0 and table.hold_time.value != seconds:
        found.append(
            f"Sodium creeps into flaws during the {seconds:g} s of the load program; "
            f"fracture.hold_time = {table.hold_time.value:g} s plays no part."
        )
    named = seconds > 0.0 or any(stage.temperature is not None for stage in case.program)
    if named and temperatures != {table.temperature.value}:
        degrees = " and ".join(f"{value:g} K" for value in sorted(temperatures))
        found.append(
            f"Sodium creeps into flaws at the temperature of the load program, {degrees}; "
            f"fracture.temperature = {table.temperature.value:g} K plays no part."
        )
    return found
