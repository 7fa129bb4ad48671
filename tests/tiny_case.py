"""A case that runs in seconds, for tests that need many real runs."""

TINY_CASE = """
title = "Tiny wave"
surface = [{ kind = "sinusoid", amplitude = "0.5 um", wavelength = "10 um" }]
interface = { width = "10 um", elements = 16 }
program = [{ pressure = "0.5 MPa" }]
solver = { void_error = "10 percent" }
output = { fields = "none", figures = false, report = false }
[sodium]
material = "sodium-wang-2020"
thickness = "10 um"
yield_strength = { value = "1 MPa", estimate = true }
hardening = { value = "2 MPa", estimate = true }
[ceramic]
material = "nzsp"
thickness = "10 um"
"""
