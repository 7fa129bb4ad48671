"""Solves and records conduction at the load targets of a run; never ends the run."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napress.fem.conduction.electrolyte import Electrolyte, NoContact
from napress.fem.snapshot import Snapshot
from napress.postprocess.resistance.contact import ContactResistance
from napress.postprocess.resistance.fields import CONDUCTION, truncate_solutions, write_solution
from napress.postprocess.resistance.form import FormError, form_rows
from napress.postprocess.resistance.resistance import NOT_MEASURED, measure_step
from napress.postprocess.resistance.spectrum import ElectrolyteArc
from napress.postprocess.resistance.stripping import is_driven, overpotential_column
from napress.postprocess.resistance.waviness import Waviness, waviness_rows

if TYPE_CHECKING:
    import pandas as pd

# Share of the current that may be lost before a resistance is called doubtful.
LARGEST_IMBALANCE = 1e-8


class ConductionRecorder:
    """The observer of resistance; rank 0 only.

    Args:
        folder: Run folder.
        electrolyte: The ceramic as a conductor.
        contact: Resistance of what touches.
        keep_fields: Whether potential and current density are written.
        wave: Form error beyond the cell, if the case gives one.
        spectrum: The electrolyte in a spectrum, if its permittivity is known.

    Attributes:
        failures: What could not be solved, one line each.
        stage: Under which its CPU time is counted.
    """

    stage = "conduction"

    def __init__(
        self,
        folder: Path,
        electrolyte: Electrolyte,
        contact: ContactResistance,
        keep_fields: bool = True,
        wave: Waviness | FormError | None = None,
        spectrum: ElectrolyteArc | None = None,
    ) -> None:
        self._folder = Path(folder) / CONDUCTION
        self._electrolyte = electrolyte
        self._contact = contact
        self._keep_fields = keep_fields
        self._wave = wave
        self._spectrum = spectrum
        self.failures: list[str] = []

    def columns(self, snapshot: Snapshot) -> dict[str, float]:
        """Columns of an accepted step: numbers at a target or under current, else NaN.

        Without contact the resistance is infinite. Whatever else goes wrong in the
        conduction leaves NaN and a line in ``failures``.

        Raises:
            OSError: If the disk is full.
        """
        row = self._measured(snapshot)
        return row | overpotential_column(snapshot, row["interface_asr_ohm_cm2"])

    def _measured(self, snapshot: Snapshot) -> dict[str, float]:
        if not (snapshot.is_target or is_driven(snapshot)):
            return dict(NOT_MEASURED)
        try:
            resistance, solution = measure_step(self._electrolyte, snapshot, self._contact)
        except NoContact:
            return NOT_MEASURED | {"interface_asr_ohm_cm2": math.inf}
        except Exception as error:  # pressing goes on; only its resistance is missing
            self.failures.append(
                f"no resistance at {snapshot.pressure_MPa:.4g} MPa: "
                f"{type(error).__name__}: {' '.join(str(error).split())}"
            )
            return dict(NOT_MEASURED)
        if not resistance.current_imbalance < LARGEST_IMBALANCE:
            self.failures.append(
                f"resistance at {snapshot.pressure_MPa:.4g} MPa is doubtful: current is conserved "
                f"to {resistance.current_imbalance:.2g} only"
            )
        if self._keep_fields and snapshot.is_target:
            write_solution(
                self._folder, snapshot.step, snapshot.pressure_MPa, solution, snapshot.time_s
            )
        return resistance.row()

    def summary(self, history: pd.DataFrame) -> dict[str, Any]:
        """What the conduction adds to ``summary.json``.

        Args:
            history: Of the whole run.

        Returns:
            ``resistance``: the row of each target, with the waviness if there is
            one, and the failures. If the run ended on a target, its ASR with waviness.
        """
        targets = history[history["is_target"] == 1]
        names = ["pressure_MPa", *NOT_MEASURED]
        found: dict[str, Any] = {"targets": targets[names].to_dict("records")}
        last: dict[str, float] = {}
        if self._wave is not None:
            rows = found["waviness"] = _series_rows(targets, self._wave)
            if rows and rows[-1]["pressure_MPa"] == history["pressure_MPa"].iloc[-1]:
                last = {name: rows[-1][name] for name in rows[-1] if name.startswith("interface")}
        if self._spectrum is not None:
            found["electrolyte"] = self._spectrum.row()
        return last | {"resistance": found | {"failures": self.failures}}

    def truncate(self, last_step: int) -> None:
        """Forget every later step, before a run is resumed."""
        truncate_solutions(self._folder, last_step)


def _series_rows(targets: pd.DataFrame, wave: Waviness | FormError) -> list[dict[str, Any]]:
    return (form_rows if isinstance(wave, FormError) else waviness_rows)(targets, wave)
