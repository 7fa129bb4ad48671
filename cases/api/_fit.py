"""Numbers of the film from a measured resistance against pressure."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from napress._case import Case
from napress._run import Run
from napress.cases.fit.fit import FitOptions, FitResult, fit_case
from napress.cases.fit.parameters import asked
from napress.cases.fit.writing import fitted_case, lines, picture
from napress.cases.values.toml import parse_toml

if TYPE_CHECKING:
    from napress.postprocess.figures.style import Figure


class Fit:
    """What a fit came to; made by `fit`."""

    def __init__(self, result: FitResult, folder: Path) -> None:
        self._result, self._folder = result, folder

    @property
    def parameters(self) -> pd.DataFrame:
        """One row per parameter: ``value``, ``low``, ``high``, ``unit`` and ``identified``.

        The interval holds the true value in 95 of 100 such measurements; where
        ``identified`` is false the data do not bound it on both sides.
        """
        return pd.DataFrame.from_dict(self.data["parameters"], orient="index")

    @property
    def data(self) -> dict[str, Any]:
        """All of it as plain data, as ``napress fit --json`` prints it."""
        return self._result.as_data()

    @property
    def text(self) -> str:
        """The answer as the command prints it."""
        return "\n".join(lines(self._result))

    @property
    def case(self) -> Case:
        """The case with the fitted values, each with the measurement as its source."""
        tables = parse_toml(fitted_case(self._result).encode(), "fitted")
        return Case._from(tables, self._folder, "fitted")

    def plot(self) -> Figure:
        """Draws the measurement, the fit and its band against pressure."""
        from napress.postprocess.figures.fit import draw_fit
        from napress.postprocess.figures.style import styled

        return styled(lambda: draw_fit(picture(self._result)))

    def __repr__(self) -> str:
        return f"<Fit of {', '.join(self._result.asked)}>"


def fit(
    measured: str | Path | pd.DataFrame,
    case: Case,
    parameters: Sequence[str] = (),
    *,
    units: Mapping[str, str] | None = None,
    noise: float | None = None,
    target_ohm_cm2: float | None = None,
    run: Run | str | Path | None = None,
    flat: bool = False,
    cores: int = 2,
    out: str | Path | None = None,
    say: Callable[[str], None] | None = None,
) -> Fit:
    """Fits numbers of the film to a measured resistance against pressure.

    Args:
        measured: A CSV file, or a table with the same columns, each with its unit.
        case: The interface: surface, metal, electrolyte, what is known of the film, and
            the table ``[cell]`` if resistances are of a whole cell.
        parameters: What to fit; default film exponent, pressure and spacing.
        units: Unit by quantity, for columns without one, such as ``{"pressure": "MPa"}``.
        noise: Relative scatter of a measurement, 0.05 for 5 %; default: from the fit.
        target_ohm_cm2: Resistance that is good enough.
        run: A finished run to take the contact from; without it the interface is run.
        flat: Take the face as flat: no run at all.
        cores: Processes at a time.
        out: Folder in which runs of the interface are kept and found again.
        say: Told one line of progress at a time.

    Raises:
        CaseError: One line naming file, field and what is allowed.
        NapressError: If the interface could not be run.
    """
    folder = run.folder if isinstance(run, Run) else run
    options = FitOptions(
        parameters=asked(list(parameters)),
        units=units,
        noise=noise,
        target_ohm_cm2=target_ohm_cm2,
        run=None if folder is None else Path(folder),
        flat=flat,
        cores=cores,
    )
    with tempfile.TemporaryDirectory(prefix="napress-") as aside:
        table = Path(aside) / "measured.csv" if isinstance(measured, pd.DataFrame) else measured
        if isinstance(measured, pd.DataFrame):
            measured.to_csv(table, index=False)
        place = Path(aside) if out is None else Path(out)
        result = fit_case(
            Path(table), case.model, case.file, place / "runs", options, say or (lambda line: None)
        )
        return Fit(result, case.folder)
