"""Linear algebra below the physics: factorisation, Krylov iterations, tensors."""
