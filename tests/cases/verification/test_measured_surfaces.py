"""The rows of measured surfaces."""

from napress.cases.verification.maps import measured


def test_rows_pass():
    rows = measured.waves()
    assert len(rows) == 5
    assert all(row.passed for row in rows), [row.as_dict() for row in rows if not row.passed]
