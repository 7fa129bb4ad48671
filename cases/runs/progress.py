"""The line a user watches while a run goes on."""

from __future__ import annotations

import contextlib
import math
import sys
import time
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self, TextIO

_LONGEST_ETA_S = 99 * 3600.0
_PLAIN_INTERVAL_S = 5.0
# Steps are about even in the decades by which the void shrinks. After four of them it counts as
# closed, and the metal is stiff: what is left of the pressure takes a tenth of the time, in steps
# that grow by a factor (30 runs to 360 MPa, in 2-D and 3-D).
_DECADES_TO_CLOSE = 4.0
_SHARE_OF_CLOSING = 0.9
_STIFF_FROM_MPA = 5.0
# Decades grow with pressure to about this power, for waves and rough surfaces alike.
_DECADES_EXPONENT = 1.5


def progress_fraction(pressure_MPa: float, target_MPa: float, closure_percent: float) -> float:
    """Returns how far a run is, 0 to 1, even in time spent rather than in pressure.

    Args:
        pressure_MPa: Mean pressure reached.
        target_MPa: Last pressure of the load program.
        closure_percent: Closed share of the initial void, 0 to 100.
    """
    if target_MPa <= 0.0 or pressure_MPa <= 0.0:
        return 0.0
    way = min(1.0, pressure_MPa / target_MPa)
    open_share = min(1.0, max(1.0 - closure_percent / 100.0, 10.0**-_DECADES_TO_CLOSE))
    decades = -math.log10(open_share)
    if decades < _DECADES_TO_CLOSE * way**_DECADES_EXPONENT:
        return way**_DECADES_EXPONENT  # voids will not have closed at the target
    stiff = math.log1p(pressure_MPa / _STIFF_FROM_MPA) / math.log1p(target_MPa / _STIFF_FROM_MPA)
    closing = _SHARE_OF_CLOSING * decades / _DECADES_TO_CLOSE
    return min(1.0, closing + (1.0 - _SHARE_OF_CLOSING) * stiff)


class Eta:
    """Remaining time from the pace of the last steps."""

    def __init__(self, window: int = 20) -> None:
        """Keeps the last ``window`` steps; older ones say little about the pace now."""
        self._steps: deque[tuple[float, float]] = deque(maxlen=window)

    def update(self, elapsed_s: float, fraction: float) -> float | None:
        """Returns the remaining seconds, ``None`` while too little is known to tell."""
        self._steps.append((elapsed_s, fraction))
        first_elapsed, first_fraction = self._steps[0]
        gained = fraction - first_fraction
        if len(self._steps) < 4 or gained <= 1e-3:
            return None
        remaining = (elapsed_s - first_elapsed) * (1.0 - fraction) / gained
        return min(max(remaining, 0.0), _LONGEST_ETA_S)


def format_duration(seconds: float | None) -> str:
    """Returns ``m:ss`` or ``h:mm:ss``; ``--:--`` if unknown."""
    if seconds is None or not math.isfinite(seconds):
        return "--:--"
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def format_line(
    step: int,
    pressure_MPa: float,
    target_MPa: float,
    contact_fraction: float,
    closure_percent: float,
    step_um: float,
    elapsed_s: float,
    eta_s: float | None,
) -> str:
    """Returns the one line of progress."""
    return (
        f"step {step}  {pressure_MPa:.4g}/{target_MPa:g} MPa  contact {contact_fraction:.1%}  "
        f"void {max(0.0, 100.0 - closure_percent):.3g} %  step {step_um:.2g} um  "
        f"{format_duration(elapsed_s)}  ETA {format_duration(eta_s)}"
    )


class LiveLine:
    """One live line on a terminal, a line every so often elsewhere; a context manager.

    Everything goes to stderr, so that ``--json`` on stdout stays clean.
    """

    def __init__(self, quiet: bool, stream: TextIO | None, interval_s: float) -> None:
        """Shows nothing at all if quiet; ``stream`` replaces stderr.

        Args:
            quiet: Whether nothing is shown.
            stream: Instead of stderr.
            interval_s: Time between two lines where there is no terminal.
        """
        self._stream, self._quiet, self._interval_s = stream or sys.stderr, quiet, interval_s
        self._live: Any = None
        self._text: Any = None
        self._last_printed = -math.inf
        self._last_line = ""

    def __enter__(self) -> Self:
        """Starts the live line if the stream is a terminal."""
        if not self._quiet and self._stream.isatty():
            from rich.console import Console
            from rich.live import Live
            from rich.text import Text

            self._text = Text
            console = Console(file=self._stream)
            self._live = Live("", console=console, refresh_per_second=4, transient=False)
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leaves the last line standing."""
        if self._live is not None:
            self._live.stop()
            self._live = None
        elif self._last_line and not self._quiet:
            with self._unless_nobody_reads():
                self._write(self._last_line)

    def show_line(self, line: str) -> None:
        """Shows a line in place of the one before."""
        if self._quiet:
            return
        with self._unless_nobody_reads():
            if self._live is not None:
                self._live.update(self._text(line, no_wrap=True, overflow="ellipsis"))
            elif time.monotonic() - self._last_printed >= self._interval_s:
                self._write(line)
            else:
                self._last_line = line

    def message(self, text: str) -> None:
        """Shows one line of text that stays, such as the stage that begins."""
        if self._quiet:
            return
        with self._unless_nobody_reads():
            if self._live is not None:
                self._live.console.print(text, markup=False, highlight=False)
            else:
                self._stream.write(text + "\n")
                self._stream.flush()

    @contextlib.contextmanager
    def _unless_nobody_reads(self) -> Iterator[None]:
        """Goes on in silence when the reader of a pipe has left: the run is what matters."""
        try:
            yield
        except OSError:
            self._quiet = True

    def _write(self, line: str) -> None:
        self._last_printed = time.monotonic()
        self._last_line = ""
        self._stream.write(line + "\n")
        self._stream.flush()


class Progress(LiveLine):
    """Shows how far a run is. Numbers are plain floats; nothing here knows the solver."""

    def __init__(self, quiet: bool = False, stream: TextIO | None = None) -> None:
        """Shows nothing at all if quiet; ``stream`` replaces stderr."""
        super().__init__(quiet, stream, _PLAIN_INTERVAL_S)
        self._eta = Eta()

    def update(
        self,
        step: int,
        pressure_MPa: float,
        target_MPa: float,
        contact_fraction: float,
        closure_percent: float,
        step_um: float,
        elapsed_s: float,
    ) -> None:
        """Shows an accepted step.

        Args:
            step: Its number.
            pressure_MPa: Mean pressure reached.
            target_MPa: Last pressure of the load program.
            contact_fraction: Real contact over nominal area, 0 to 1.
            closure_percent: Closed share of the initial void, 0 to 100.
            step_um: Platen displacement of the step.
            elapsed_s: Seconds since the run began or was resumed.
        """
        eta = self._eta.update(
            elapsed_s, progress_fraction(pressure_MPa, target_MPa, closure_percent)
        )
        line = format_line(
            step,
            pressure_MPa,
            target_MPa,
            contact_fraction,
            closure_percent,
            step_um,
            elapsed_s,
            eta,
        )
        self.show_line(line)
