"""What every test shares."""

import os

# Before NumPy is loaded: the tests run side by side, one thread each.
os.environ["OMP_NUM_THREADS"] = "1"
