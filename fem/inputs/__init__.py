"""What the solver is given: plain numbers, no DOLFINx."""
