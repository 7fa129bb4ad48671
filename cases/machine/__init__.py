"""The machine underneath a run: ranks, compiler, disk and locks."""
