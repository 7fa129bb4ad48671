"""One entry of the load program under way: what the step loop asks of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from napress.fem.coupled.newton import NewtonResult
from napress.fem.inputs.load_program import PlatenControl
from napress.fem.state.committed import AcceptedStep, Committed
from napress.fem.stepping.judge import Rejected
from napress.fem.stepping.step_size import retreat


@dataclass(frozen=True)
class Attempt:
    """One try at a step of a load program.

    Attributes:
        command: What the platen does.
        result: Outcome of Newton's method.
        share: Share of the entry that is done after it.
        time_step_s: How long it takes.
        crept_s: How long the metal crept; differs only where that does not show.
        strayed: Share of its current that is left on points which lost contact in it.
    """

    command: PlatenControl
    result: NewtonResult
    share: float = 0.0
    time_step_s: float = 0.0
    crept_s: float = 0.0
    strayed: float = 0.0


def entered(now: Committed) -> Committed:
    """Where an entry followed by its share begins: from here it counts; on a resume, as it was."""
    if now.share != 0.0:
        return now
    return replace(
        now,
        from_pressure_MPa=now.pressure_MPa,
        from_displacement_um=now.displacement_um,
        share_step=0.0,
    )


def retreated(now: Committed, tried: Attempt, solved: bool) -> Committed:
    """After a refused step of such an entry: a smaller one, and if unsolvable against slip."""
    smaller = retreat(now, solved)
    ratio = smaller.step_size_um / now.step_size_um
    return replace(smaller, share_step=max(tried.share - now.share, 0.0) * ratio)


class Stage(Protocol):
    """An entry of the load program under way."""

    def begin(self, now: Committed) -> Committed:
        """Where the entry begins, or goes on after a resume."""

    def stopped(self, now: Committed) -> str:
        """Why the entry cannot go on from a committed state; empty while it can. Collective."""

    def hold(self) -> None:
        """Lets no time pass in what is solved next, at the entry's temperature."""

    def attempt(self, now: Committed, reuse: bool) -> Attempt:
        """Tries a step.

        Args:
            now: The committed state.
            reuse: Whether the tangent of the last step is at hand.
        """

    def place(
        self, now: Committed, tried: Attempt, effort: tuple[int, int]
    ) -> AcceptedStep | Rejected:
        """The converged step with its place in the program, or why it is refused.

        Args:
            now: The committed state.
            tried: The step.
            effort: Newton iterations and tries thrown away since then.
        """

    def retreat(self, now: Committed, tried: Attempt, solved: bool) -> Committed:
        """What to try after a refused step.

        Args:
            now: The committed state.
            tried: The refused step.
            solved: Whether a smaller step of the same kind will do: it was refused for its
                accuracy. What did not converge, or snapped to a folded face, may do so again
                however small the step.
        """

    def done(self, now: Committed) -> bool:
        """Whether the entry has come to its end."""
