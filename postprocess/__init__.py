"""What a run means: measures, fracture verdict, history, fields, figures, report.

Reads :mod:`napress.fem.snapshot` records only; knows nothing of DOLFINx.
"""
