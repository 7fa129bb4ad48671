"""Materials, contact, solver and stepping: sodium pressed onto an elastic ceramic."""
