"""What every test shares."""

import os
import signal

# Before NumPy is loaded: the tests run side by side, one thread each.
os.environ["OMP_NUM_THREADS"] = "1"

# A shell starts what it puts into the background with ctrl-C ignored, and children inherit
# that: the programs that tests interrupt would not notice.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
