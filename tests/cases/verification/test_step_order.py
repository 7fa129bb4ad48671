"""The step is of second order, and the check notices one that is not."""

from __future__ import annotations

from napress.cases.verification.metal import step_order


def test_step_is_of_second_order():
    rows = step_order.order_of_step()
    assert rows and all(row.passed for row in rows), rows


def test_a_step_of_first_order_is_noticed(monkeypatch):
    monkeypatch.setattr(step_order, "lead_share", lambda size, last: 0.0)
    failed = [row.name for row in step_order.order_of_step() if not row.passed]
    assert "order of a step of a run round a corner" in failed
