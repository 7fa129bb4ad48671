"""Columns of ``history.csv``, one tuple per subject."""

from __future__ import annotations

from napress.postprocess.records.column import Column

LOAD = (
    Column("step", "Step", "Number of the accepted step, from 1."),
    Column("is_target", "Target", "1 where a target of the load program is reached, else 0."),
    Column("time_s", "Time", "Time since first touch; 0 throughout if the program has none."),
    Column("temperature_K", "Temperature", "Temperature of the cell."),
    Column("pressure_MPa", "Mean pressure", "Force of the platen over the nominal area."),
    Column(
        "platen_displacement_um",
        "Platen displacement",
        "How far the platen has come down since first touch.",
    ),
)
INTERFACE = (
    Column(
        "contact_fraction",
        "Contact fraction",
        "Share of the nominal area in contact: in 2-D where the gap is at most the contact "
        "tolerance (1 nm), in 3-D where contact presses.",
    ),
    Column(
        "contact_fraction_by_gap",
        "Contact fraction by gap",
        "Share of the nominal area whose gap is at most the contact tolerance (3-D); it lags "
        "behind the other on coarse meshes and tells how coarse.",
    ),
    Column("contact_spot_count", "Contact spots", "Number of separate spots of contact (3-D)."),
    Column("contact_spot_largest_um2", "Largest spot", "Area of the largest contact spot (3-D)."),
    Column(
        "void_crosses_cell",
        "Void across the cell",
        "1 where one void runs from wall to wall, so that gas or liquid can pass, else 0 (3-D).",
    ),
    Column(
        "contact_crosses_cell",
        "Contact across the cell",
        "1 where one contact spot runs from wall to wall, else 0 (3-D).",
    ),
    Column("void_area_um2", "Void area", "Sum of the open gaps, per depth (2-D)."),
    Column("void_volume_um3", "Void volume", "Sum of the gaps where no contact presses (3-D)."),
    Column(
        "void_area_signed_um2",
        "Void area, signed",
        "The void with what little the surfaces pass into each other counted negative (2-D).",
    ),
    Column(
        "void_volume_signed_um3",
        "Void volume, signed",
        "The void with what little the surfaces pass into each other counted negative (3-D).",
    ),
    Column("closure_percent", "Void closed", "Share of the void at first touch that is gone."),
    Column("void_count", "Voids", "Number of separate voids."),
    Column("void_largest_um2", "Largest void", "Area of the largest void (2-D)."),
    Column("void_largest_um3", "Largest void", "Volume of the largest void (3-D)."),
    Column("void_mean_um2", "Mean void", "Mean area of a void, 0 if there is none (2-D)."),
    Column("void_mean_um3", "Mean void", "Mean volume of a void, 0 if there is none (3-D)."),
    Column(
        "contact_pressure_mean_MPa",
        "Mean contact pressure",
        "Contact pressure over the whole interface; with the load that shear and what resists "
        "slip bear the mean pressure in equilibrium.",
    ),
    Column(
        "contact_shear_load_MPa",
        "Load borne by shear",
        "What friction along the slopes bears of the mean pressure, 0 without friction.",
    ),
    Column(
        "held_against_slip_MPa",
        "Load borne by what resists slip",
        "What the resistance to slip bears of the mean pressure, in a step that could not be "
        "solved without it; 0 at a target, or the run warns.",
    ),
    Column(
        "contact_pressure_peak_MPa",
        "Peak contact pressure",
        "Largest contact pressure of a facet, averaged over the facet.",
    ),
    Column(
        "contact_pressure_in_contact_MPa",
        "Pressure where it touches",
        "Contact force over the area in contact, 0 if nothing touches.",
    ),
    Column("gas_void_count", "Voids with gas", "Closed voids that hold trapped gas."),
    Column("trapped_gas_max_MPa", "Gas pressure", "Largest pressure of trapped gas."),
)
CERAMIC = (
    Column("ceramic_max_shear_MPa", "Ceramic max shear", "Largest shear stress of a cell."),
    Column(
        "ceramic_max_shear_p99_9_MPa",
        "Ceramic max shear, 99.9th percentile",
        "Shear stress that 99.9 % of the ceramic's volume does not exceed.",
    ),
    Column(
        "ceramic_max_principal_MPa",
        "Ceramic max principal",
        "Largest principal stress of a cell; tension is positive.",
    ),
    Column(
        "ceramic_max_principal_p99_9_MPa",
        "Ceramic max principal, 99.9th percentile",
        "Principal stress that 99.9 % of the ceramic's volume does not exceed.",
    ),
    Column(
        "ceramic_{stress}_{axis}_um",
        "Place of the ceramic's {stress}, {axis}",
        "Where that stress is largest, in the reference configuration.",
    ),
    Column(
        "ceramic_{stress}_depth_um",
        "Depth of the ceramic's {stress}",
        "How far below the contact surface that stress is largest.",
    ),
)
STRENGTH = (
    Column(
        "{criterion}_utilisation",
        "Use of strength, {criterion}",
        "Largest share of its strength that the ceramic needs by this criterion; it fails at 1.",
    ),
    Column(
        "{criterion}_{axis}_um",
        "Worst place, {criterion}, {axis}",
        "Where the use of strength is largest, in the reference configuration.",
    ),
    Column(
        "{criterion}_depth_um",
        "Worst depth, {criterion}",
        "How far below the contact surface the use of strength is largest.",
    ),
)
SODIUM = (
    Column("plastic_strain_max", "Peak plastic strain", "Largest plastic strain of a cell."),
    Column("plastic_strain_mean", "Mean plastic strain", "Averaged over the sodium's volume."),
    Column(
        "sodium_volume_change_percent",
        "Volume change of the sodium",
        "Against first touch; elastic only, as plastic flow keeps the volume.",
    ),
)
SOLVER = (
    Column(
        "{energy}_{per}",
        "Energy: {energy}",
        "Its part of the energy since first touch (2-D: per depth).",
    ),
    Column(
        "energy_balance_error_percent",
        "Energy balance error",
        "What the parts of the energy lack of the external work.",
    ),
    Column("newton_iterations", "Newton iterations", "Of the step."),
    Column(
        "local_iterations",
        "Local iterations",
        "Of the step: Newton's method on the few unknowns that carry most of the residual.",
    ),
    Column("rejected_attempts", "Rejected attempts", "Tries at the step that were turned down."),
    Column("redistributions", "Redistributions", "Times the sodium's nodes were moved, so far."),
    Column("step_error_percent", "Step error", "Estimate, in the void, over the void at touch."),
    Column("cpu_{stage}_s", "CPU: {stage}", "CPU time of this part of the solver, so far."),
)
RESISTANCE = (
    Column(
        "interface_asr_ohm_cm2",
        "Interface ASR",
        "Area-specific resistance that the interface adds to the bulk, on the nominal area.",
    ),
    Column("constriction_asr_ohm_cm2", "Constriction ASR", "Of current that crowds into contact."),
    Column(
        "clean_spots_asr_ohm_cm2",
        "Clean spots ASR",
        "Of current that crowds into the clean spots of a film, below the mesh.",
    ),
    Column("charge_transfer_asr_ohm_cm2", "Charge transfer ASR", "Of ions across the contact."),
    Column("film_asr_ohm_cm2", "Film ASR", "Of the film between metal and ceramic."),
    Column("bulk_asr_ohm_cm2", "Bulk ASR", "Of the cell under perfect contact everywhere."),
    Column(
        "asr_resolution_ohm_cm2",
        "Resolution of the ASR",
        "A constriction or interface resistance of no more than this means: less than this.",
    ),
    Column("current_max_over_mean", "Largest current over mean", "Of the facets' densities."),
    Column(
        "current_p99_over_mean",
        "99th percentile of current over mean",
        "The density that 99 % of the area does not exceed, over the mean.",
    ),
    Column("current_gini", "Gini of the current", "0 if the current is uniform, towards 1 if not."),
    Column(
        "area_share_for_90_percent",
        "Area for 90 % of the current",
        "Smallest share of the nominal area that carries 90 % of the current.",
        unit="",
    ),
    Column(
        "clean_contact_percent",
        "Clean contact",
        "Share of the nominal area where metal touches the electrolyte with no film between.",
    ),
    Column(
        "interface_capacitance_uF_per_cm2",
        "Interface capacitance",
        "Of the film that is left and of the open gaps, on the nominal area.",
    ),
    Column(
        "interface_peak_frequency_Hz",
        "Peak frequency",
        "Where the arc of the interface peaks in an impedance spectrum.",
    ),
)
STRIPPING = (
    Column("charge_mAh_cm2", "Charge passed", "Since first touch, less what was plated back."),
    Column("current_mA_cm2", "Current density", "Mean of the step; above 0 strips the metal."),
    Column("metal_left_um", "Metal left", "Volume of the metal over the nominal area."),
    Column(
        "overpotential_mV",
        "Overpotential",
        "Current density times the resistance that the interface adds to the bulk.",
    ),
)
FRACTURE = (
    Column("cells_on_pellet", "Cells on the pellet", "Cells like the modelled one on its area."),
    Column("lateral_stress_MPa", "Lateral stress", "What holds the pellet from the side."),
    Column(
        "weibull_{law}_{axis}_um",
        "Worst place, Weibull, {law}, {axis}",
        "Where the Weibull risk per size is largest, in the reference configuration.",
    ),
    Column(
        "weibull_{law}_depth_um",
        "Worst depth, Weibull, {law}",
        "How far below the contact surface the Weibull risk per size is largest.",
    ),
    Column(
        "flaw_stress_intensity_MPa_sqrt_m",
        "K_I of a filled flaw",
        "Stress intensity of a flaw of median depth under the full mean pressure.",
    ),
    Column("flaw_critical_depth_um", "Critical flaw depth", "From which a filled flaw runs."),
    Column("flaw_reach_yield_um", "Reach by yielding", "How deep sodium yields into a flaw."),
    Column("flaw_reach_creep_um", "Reach by creep", "How deep sodium creeps into a flaw."),
    Column(
        "flaw_pressure_share",
        "Share of pressure in the flaw",
        "K_I of a flaw that sodium yields into, over that under full pressure.",
    ),
    Column(
        "flaw_depth_um",
        "Depth of the flaw",
        "Of a flaw of median depth as its metal creeps after it; at most the pellet's thickness.",
    ),
    Column("flaw_front_share", "Metal in the flaw", "Depth of its front over that of the flaw."),
    Column(
        "flaw_local_stress_intensity_MPa_sqrt_m",
        "K_I in the solved field",
        "Largest stress intensity of a filled flaw of median depth in the solved field.",
    ),
    Column(
        "flaw_local_stress_intensity_{axis}_um",
        "Place of K_I in the solved field, {axis}",
        "Where that flaw sits, in the reference configuration.",
    ),
    Column(
        "flaw_local_stress_intensity_depth_um",
        "Depth of K_I in the solved field",
        "Always 0: the flaw starts at the surface.",
    ),
    Column("{probability}", "{probability}", "Probability that the pellet breaks, estimated so."),
    Column(
        "if_{held}_{column}",
        "{column}, held {held}",
        "The same if the pellet were held {held}; at targets only.",
    ),
)
HISTORY = (
    *LOAD,
    *INTERFACE,
    *CERAMIC,
    *STRENGTH,
    *SODIUM,
    *RESISTANCE,
    *STRIPPING,
    *FRACTURE,
    *SOLVER,
)
