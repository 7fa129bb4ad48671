"""Many runs: which there are, where they take place, and how each stands."""
