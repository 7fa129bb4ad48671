"""Columns of the tables of pellets, windows and sweeps, one tuple per subject."""

from __future__ import annotations

from napress.postprocess.records.column import Column

PELLET_LAYER = (
    Column("pressure_MPa", "Mean pressure", "Force over the area of the pellet."),
    Column("force_kN", "Force", "On the press."),
    Column("pressure_lowest_MPa", "Lowest pressure", "Anywhere on the interface."),
    Column("pressure_highest_MPa", "Highest pressure", "Anywhere on the interface."),
    Column("pressure_range_over_mean", "Range of pressure", "Highest less lowest, over the mean."),
    Column("pressure_deviation_over_mean", "Spread of pressure", "Deviation over the mean."),
    Column("sodium_mean_um", "Sodium left", "Mean thickness of the layer."),
    Column("sodium_thinnest_um", "Thinnest sodium", "Smallest thickness of the layer."),
    Column("sodium_extruded_percent", "Pressed out", "Share of the sodium past the punch."),
)
PELLET_STRESS = (
    Column("peak_tension_MPa", "Peak tension", "Largest principal stress at a vertex."),
    Column("peak_shear_MPa", "Peak shear", "Largest shear stress at a vertex."),
    Column("peak_{stress}_radius_um", "Radius of peak {stress}", "Distance from the axis."),
    Column("peak_{stress}_height_um", "Height of peak {stress}", "Above the support."),
    Column("peak_{stress}_{axis}_um", "Place of peak {stress}, {axis}", "In the pellet's plane."),
    Column("tension_over_strength", "Tension over strength", "Peak tension over the strength."),
    Column("failure_probability", "Weibull probability", "That the pellet breaks as a whole."),
)
PELLET_TOOLS = (
    Column("support_highest_MPa", "Highest on the support", "Largest pressure on the support."),
    Column("side_mean_MPa", "Mean on the die", "Pressure of the pellet on the die."),
    Column("side_highest_MPa", "Highest on the die", "Largest pressure of the pellet on the die."),
    Column("punch_mean_MPa", "Punch, mean", "Mean pressure on the punch."),
    Column("punch_highest_MPa", "Punch, highest", "Largest pressure on the punch."),
    Column("punch_over_yield", "Punch over yield", "Largest pressure over its yield stress."),
    Column("sleeve_MPa", "Sleeve, von Mises", "Stress at the bore of the sleeve."),
    Column("sleeve_over_yield", "Sleeve over yield", "That stress over its yield stress."),
)
PELLET = (*PELLET_LAYER, *PELLET_STRESS, *PELLET_TOOLS)
PELLET_INTERFACE = (
    Column("mean_pressure_MPa", "Mean pressure", "Of the load."),
    Column("radius_um", "Radius", "Distance of the vertex from the axis."),
    Column("{axis}_um", "Place, {axis}", "Of the vertex, in the pellet's plane."),
    Column("pressure_MPa", "Local pressure", "On the interface at the vertex."),
    Column("sodium_um", "Sodium", "Thickness of the layer at the vertex."),
    Column("area_um2", "Area", "What the vertex stands for."),
)
TWO_SCALES = (
    Column("pressure_MPa", "Mean pressure", "Force over the area of the pellet."),
    Column("contact_fraction", "Contact fraction", "Mean over the area of the pellet."),
    Column("asr_ohm_cm2", "Interface ASR", "One over the mean conductance per area."),
    Column("fracture_use", "Use of strength", "The worst anywhere on the pellet; fails at 1."),
    Column("fractured_area", "Fractured area", "Share of the area where it is 1 or more."),
    Column(
        "outside",
        "Outside the interface run",
        "Share of the area at pressures that the run of the interface did not reach.",
    ),
)
WINDOW = (
    Column("pressure_MPa", "Mean pressure", "On the pellet."),
    Column("contact_fraction_{band}", "Contact fraction, {band}", "Over the surfaces.", unit=""),
    Column(
        "void_left_percent_{band}",
        "Void left, {band}",
        "Share of the void at first touch, over the surfaces.",
        unit="percent",
    ),
    Column(
        "interface_asr_ohm_cm2_{band}",
        "Interface ASR, {band}",
        "Over the surfaces.",
        unit="ohm_cm2",
    ),
    Column(
        "failure_probability_{band}",
        "Failure probability, {band}",
        "The worst of the ways to break, over the surfaces.",
        unit="",
    ),
)
SWEEP_RUN = (
    Column("run", "Run", "Name of its folder."),
    Column("state", "State", "Finished, failed, interrupted, damaged or waiting."),
    Column("reason", "Reason", "Why it is not finished."),
    Column("ranks", "Ranks", "Processes of the run.", unit=""),
    Column("napress_version", "napress", "Version that ran it."),
    Column("title", "Title", "Of its case."),
    Column(
        "warnings",
        "Warnings",
        "Why the run is not to be trusted: energy balance, falling pressure, equilibrium.",
    ),
    Column("ended", "Ended", "Completed, or the named reason why it stopped early."),
)
SWEEP_RESULT = (
    Column(
        "closure_pressure_{level}_MPa",
        "Pressure of {level} % closure",
        "Mean pressure at which so much of the void is gone; empty if not reached.",
    ),
    Column(
        "closure_time_{level}_s",
        "Time to {level} % closure",
        "Time after which so much of the void is gone; empty if not reached.",
    ),
    Column(
        "interface_asr_with_waviness_ohm_cm2",
        "Interface ASR with waviness",
        "With the waviness of the case in series, if the metal flows on that scale too.",
    ),
    Column(
        "interface_asr_with_elastic_waviness_ohm_cm2",
        "Interface ASR with elastic waviness",
        "With the waviness of the case in series, if the metal does not flow on that scale.",
    ),
    Column("waviness_contact_fraction", "Wave in contact", "Share of the wave that touches."),
    Column(
        "waviness_elastic_contact_fraction",
        "Wave in contact, elastic",
        "Share of the wave that touches if the metal does not flow on that scale.",
    ),
)
SWEEP_RELEASED = (
    Column("released_from_MPa", "Released from", "Largest pressure before the last release."),
    Column(
        "released_{column}",
        "{column}, after release",
        "The same where the last release ended; empty if the program never releases.",
    ),
)
SWEEP_COST = (
    Column("accepted_steps", "Steps", "Accepted steps.", unit=""),
    Column("newton_iterations_total", "Newton iterations", "Over the run."),
    Column("newton_iterations_per_step", "Newton iterations per step", "Mean over the run."),
    Column("local_iterations_total", "Local iterations", "Over the run."),
    Column("rejected_attempts_total", "Rejected attempts", "Over the run."),
    Column(
        "step_error_accumulated_percent",
        "Step error, accumulated",
        "Sum of the estimates over the run, in the void, over the void at touch.",
    ),
    Column("wall_s", "Wall time", "Of the run, resumed parts included."),
    Column("cpu_s", "CPU", "CPU time of all ranks."),
    Column("peak_memory_MB", "Peak memory", "Of all ranks."),
)
SWEEP_STRENGTH = (
    Column("fracture_survives", "Survives", "Whether no strength criterion is met in the run."),
    Column(
        "fracture_strength_is_estimate",
        "Strength is an estimate",
        "Whether a strength behind the verdict is an estimate.",
    ),
    Column(
        "fracture_strength_{kind}_value_MPa",
        "Strength, {kind}",
        "Strength that the verdict used.",
    ),
    Column(
        "fracture_strength_{kind}_estimate",
        "Strength, {kind}, is an estimate",
        "Whether it is an estimate.",
    ),
    Column(
        "fracture_{criterion}_survives",
        "Survives, {criterion}",
        "Whether the criterion is never met.",
    ),
    Column(
        "fracture_{criterion}_margin",
        "Margin, {criterion}",
        "Strength over stress at the worst step; above 1 survives.",
    ),
    Column(
        "fracture_{criterion}_first_failure_pressure_MPa",
        "First failure, {criterion}",
        "Mean pressure at which the criterion is first met; empty if never.",
    ),
    Column(
        "fracture_{criterion}_pressure_MPa",
        "Worst pressure, {criterion}",
        "Mean pressure of the worst step.",
    ),
    Column(
        "fracture_{criterion}_{axis}_um",
        "Worst place, {criterion}, {axis}",
        "Where the margin is smallest, in the reference configuration.",
    ),
    Column(
        "fracture_{criterion}_depth_um",
        "Worst depth, {criterion}",
        "How far below the contact surface the margin is smallest.",
    ),
)
_F = "fracture_statistics_"
_P = f"{_F}probabilities_{{probability}}"
SWEEP_STATISTICS = (
    Column(f"{_F}pressure_MPa", "Last pressure", "Mean pressure of the assessment."),
    Column(f"{_F}pellet_area_mm2", "Pellet area", "Area that the probabilities are for."),
    Column(f"{_F}cells_on_pellet", "Cells on the pellet", "Cells like the modelled one on it."),
    Column(
        f"{_F}lateral_stress_over_pressure",
        "Lateral stress over pressure",
        "What holds the pellet from the side.",
    ),
    Column(f"{_P}_last", "Probability at the end, {probability}", "That the pellet breaks."),
    Column(f"{_P}_largest", "Largest probability, {probability}", "That the pellet breaks."),
    Column(
        f"{_P}_largest_at_MPa",
        "Pressure of the largest probability, {probability}",
        "Mean pressure of that step.",
    ),
    Column(
        f"{_P}_pressure_at_{{percentage}}_percent_MPa",
        "Pressure of {percentage} % failure, {probability}",
        "Mean pressure at which so many pellets have broken; empty if not reached.",
    ),
    Column(f"{_F}flaw_depth_{{part}}_um", "Flaw depth, {part}", "Assumed for the flaws."),
    Column(
        f"{_F}flaw_toughness_{{part}}_MPa_sqrt_m",
        "Toughness, {part}",
        "Assumed for the ceramic.",
    ),
    Column(f"{_F}flaw_flaws_on_pellet", "Flaws on the pellet", "Assumed number."),
    Column(f"{_F}flaw_pressure_share", "Share of pressure in the flaw", "At the last step."),
    Column(f"{_F}flaw_creep_s", "Time to creep into a flaw", "Of the program, or the hold time."),
    Column(f"{_F}flaw_reach_{{flow}}_um", "Reach by {flow}", "How deep sodium flows into a flaw."),
    Column(f"{_F}flaw_stress_intensity_MPa_sqrt_m", "K_I of a filled flaw", "At the last step."),
    Column(
        f"{_F}flaw_local_stress_intensity_MPa_sqrt_m",
        "K_I in the solved field",
        "At the last step.",
    ),
    Column(
        f"{_F}flaw_critical_depth_{{confinement}}_um",
        "Critical flaw depth, {confinement}",
        "From which a filled flaw runs at the last step, held so.",
    ),
    Column(f"{_F}in_time_median_depth_um", "Depth of the flaw in time", "At the end."),
    Column(f"{_F}in_time_start_probability", "Probability of a start in time", "Of a flaw."),
    Column(f"{_F}in_time_short_probability", "Probability of a short in time", "By a flaw."),
    Column(
        f"{_F}in_time_short_probability_highest",
        "Highest probability of a short in time",
        "Over the range of the creep exponent.",
    ),
    Column(
        f"{_F}flaw_sampled_{{what}}",
        "Drawn pellets: {what}",
        "The full-pressure probability by drawing pellets, for comparison.",
    ),
    Column(f"{_F}weibull_modulus", "Weibull modulus", "Of the ceramic."),
    Column(
        f"{_F}weibull_characteristic_strength_MPa",
        "Characteristic strength",
        "At which 63.2 % of the specimens have failed.",
    ),
    Column(f"{_F}weibull_specimen_volume_um3", "Specimen volume", "Effective, of the specimens."),
    Column(f"{_F}weibull_specimen_area_um2", "Specimen area", "Effective, of the specimens."),
)
SWEEP = (
    *SWEEP_RUN,
    *SWEEP_RESULT,
    *SWEEP_RELEASED,
    *SWEEP_COST,
    *SWEEP_STRENGTH,
    *SWEEP_STATISTICS,
)
