"""Checks of the solver against closed forms and converged values; ``napress verify`` runs them."""
