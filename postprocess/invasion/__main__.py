"""Makes the shipped tables again: ``python -m napress.postprocess.invasion``."""

from pathlib import Path

from napress.postprocess.invasion.tables import FILE, make, write

if __name__ == "__main__":
    write(Path(__file__).parent / FILE, make())
