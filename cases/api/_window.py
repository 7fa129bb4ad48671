"""The pressure window of a case: at which pressure to press."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from napress._case import Case
from napress._run import column_table
from napress.cases.campaigns.where import Where, usable_cores
from napress.cases.errors import CaseError
from napress.cases.values.fields import did_you_mean
from napress.cases.window.plan import make_plan
from napress.cases.window.run import TABLE, WindowOutcome, run_window

if TYPE_CHECKING:
    from napress.postprocess.figures.style import Figure


class Window:
    """What a window came to; made by `window`."""

    def __init__(self, outcome: WindowOutcome, held: Any = None) -> None:
        self._outcome, self._held = outcome, held

    @property
    def folder(self) -> Path | None:
        """Folder with its runs and its page; None if it was kept in memory."""
        return None if self._held is not None else self._outcome.folder

    @property
    def exists(self) -> bool:
        """Whether there is a pressure that is good enough and breaks nothing."""
        return bool(self.data["window_exists"])

    @property
    def range_MPa(self) -> tuple[float, float] | None:
        """Recommended range, that of the worst surface at either end; None without one."""
        found = self.data["range_MPa"]
        return (float(found[0]), float(found[1])) if found else None

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        return str(self.data["headline"])

    @property
    def text(self) -> str:
        """The answer with its reasons, as the command prints it."""
        return "\n".join(self._outcome.lines)

    @property
    def data(self) -> dict[str, Any]:
        """All of it as plain data, as in ``window.json``."""
        return self._outcome.data

    @property
    def complaints(self) -> list[str]:
        """Runs that gave nothing, one line each."""
        return list(self._outcome.complaints)

    @property
    def table(self) -> pd.DataFrame:
        """Medians and ranges over the surfaces against pressure; units in ``attrs["columns"]``."""
        table = pd.read_csv(self._outcome.folder / TABLE)
        table.attrs["columns"] = column_table(table, TABLE)
        return table

    def plot(self) -> Figure:
        """Draws contact, resistance and what breaks against pressure, the window shaded."""
        from napress.postprocess.figures.style import styled
        from napress.postprocess.figures.window import draw_window

        return styled(lambda: draw_window(self._outcome.answer))

    def __repr__(self) -> str:
        return f"<Window: {self.headline}>"


def window(
    case: Case,
    *,
    closure: str | None = None,
    resistance: str | None = None,
    failure: str | None = None,
    pellet: str | Path | None = None,
    asked: str | None = None,
    seeds: int | None = None,
    cores: int | None = None,
    out: str | Path | None = None,
    say: Callable[[str], None] | None = None,
) -> Window:
    """Finds the pressures at which the interface is good enough and nothing breaks.

    What is not given is taken from the table ``[window]`` of the case.

    Args:
        case: The interface; its load program says up to which pressure.
        closure: Least closure of the void, such as ``"99 %"``.
        resistance: Largest resistance of the interface, such as ``"1 ohm*cm**2"``.
        failure: Largest probability that it breaks, ``"1 %"``.
        pellet: Pellet case: a path, from the folder of the case, or the name of a shipped
            one, such as ``"nzsp-peek-die"``. Without one the pressure is even.
        asked: A pressure to be placed inside or outside the window, ``"360 MPa"``.
        seeds: Random surfaces that are run.
        cores: Processes at a time; default: those of the machine, 4 at most.
        out: Folder of the window; runs in it are used again. Without it all is gone with
            the result.
        say: Told one line of progress at a time.

    Raises:
        CaseError: If the case does not hold together, or no target is given.
        RunFolderError: If the folder cannot be used.
        NapressError: If no run gave a result.
    """
    given = {
        "closure_target": closure,
        "resistance_target": resistance,
        "failure_target": failure,
        "pellet": None if pellet is None else _pellet_file(pellet, case),
        "asked_pressure": asked,
        "seeds": seeds,
    }
    table = case.written.get("window", {}) | {k: v for k, v in given.items() if v is not None}
    asking = case.with_({"window": table})
    plan = make_plan(asking.model, asking.file, asking.folder)
    held = tempfile.TemporaryDirectory(prefix="napress-") if out is None else None
    folder = Path(held.name) / "window" if held is not None else Path(out or "")
    outcome = run_window(plan, folder, Where(cores or usable_cores()), say or (lambda line: None))
    return Window(outcome, held)


def _pellet_file(pellet: str | Path, case: Case) -> str:
    """The path of a pellet case, or of a shipped one by its name."""
    if str(pellet).endswith(".toml"):
        return str(pellet)
    shipped = resources.files("napress.cases").joinpath("examples", "pellets")
    names = sorted(entry.name.removesuffix(".toml") for entry in shipped.iterdir())
    if str(pellet) not in names:
        hint = did_you_mean(str(pellet), names)
        raise CaseError(
            case.file,
            "window.pellet",
            f"{pellet}: unknown; {hint}allowed: {', '.join(names)}, or a path ending in .toml",
        )
    return str(shipped.joinpath(f"{pellet}.toml"))
