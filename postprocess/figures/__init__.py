"""Every picture: one file per subject, one style."""
