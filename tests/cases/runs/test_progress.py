"""The progress line: what it says, and that the remaining time makes sense."""

from __future__ import annotations

import io

import pytest

from napress.cases.runs.progress import (
    Eta,
    Progress,
    format_duration,
    format_line,
    progress_fraction,
)


def test_fraction_runs_from_0_to_1_and_grows():
    run = [(0, 0), (0.1, 5), (1, 60), (3, 97), (5, 99.9), (20, 100), (100, 100), (360, 100)]
    values = [progress_fraction(p, 360.0, closed) for p, closed in run]
    assert values == sorted(values)
    assert values[0] == 0.0 and values[-1] == pytest.approx(1.0)
    assert 0.3 < values[3] < 0.6, "closing the voids is most of the work"
    assert values[5] > 0.9, "little is left when they have closed"
    assert progress_fraction(1.0, 0.0, 50.0) == 0.0
    assert progress_fraction(400.0, 360.0, 100.0) == 1.0


def test_fraction_of_a_press_that_leaves_voids_is_that_of_the_pressure():
    values = [progress_fraction(p, 1.0, 40.0 * p) for p in (0.1, 0.5, 0.9, 1.0)]
    assert values == sorted(values) and values[-1] == 1.0
    assert 0.25 < values[1] < 0.5


# (pressure in MPa, void left in %) of the reference sinusoid at these shares of its CPU time
OF_A_RUN = {0.1: (1.42, 47.6), 0.25: (2.49, 8.75), 0.5: (3.79, 0.81), 0.75: (4.79, 0.113)}


@pytest.mark.parametrize("share", OF_A_RUN)
def test_fraction_is_about_the_share_of_time_spent(share):
    pressure_MPa, open_percent = OF_A_RUN[share]
    assert progress_fraction(pressure_MPa, 360.0, 100.0 - open_percent) == pytest.approx(
        share, abs=0.2
    )


def test_eta_of_an_even_pace():
    eta = Eta()
    answers = [eta.update(float(step), step / 100) for step in range(51)]
    assert answers[0] is None
    assert answers[50] == pytest.approx(50.0, rel=1e-6)


def test_eta_is_bounded_and_never_negative():
    eta = Eta()
    for step in range(10):
        answer = eta.update(1e6 * step, min(1.0, 2e-3 * step))
    assert answer == 99 * 3600.0
    assert Eta().update(1.0, 1.0) is None
    stuck = Eta()
    assert [stuck.update(float(s), 0.3) for s in range(10)][-1] is None
    done = Eta()
    assert [done.update(float(s), s / 9) for s in range(10)][-1] == 0.0


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "--:--"), (float("nan"), "--:--"), (5, "0:05"), (59.6, "1:00"), (3661, "1:01:01")],
)
def test_duration(seconds, text):
    assert format_duration(seconds) == text


def test_line_says_everything():
    line = format_line(7, 12.34, 360.0, 0.5, 97.5, 0.012, 65.0, 30.0)
    for part in ("step 7", "12.34/360 MPa", "contact 50.0%", "void 2.5 %", "0.012 um", "ETA 0:30"):
        assert part in line


def press(stream, quiet=False):
    with Progress(quiet=quiet, stream=stream) as progress:
        progress.message("meshing")
        for step in range(50):
            progress.update(step, 1.0 + step, 50.0, 0.3, 40.0, 0.01, float(step))


def test_plain_lines_when_not_a_terminal():
    stream = io.StringIO()
    press(stream)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "meshing"
    assert lines[1].startswith("step 0")
    assert lines[-1].startswith("step 49"), "the last step is always shown"
    assert len(lines) == 3, "50 steps at once are not 50 lines"
    assert "\x1b" not in stream.getvalue() and "\r" not in stream.getvalue()


def test_quiet_is_silent():
    stream = io.StringIO()
    press(stream, quiet=True)
    assert stream.getvalue() == ""


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_live_line_on_a_terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "160")
    stream = Terminal()
    press(stream)
    assert "\x1b[" in stream.getvalue(), "the line is redrawn in place"
    assert "step 49" in stream.getvalue() and "meshing" in stream.getvalue()


class ReaderLeft(io.StringIO):
    def write(self, text):
        raise BrokenPipeError


def test_a_run_goes_on_when_nobody_reads_its_progress():
    press(ReaderLeft())
