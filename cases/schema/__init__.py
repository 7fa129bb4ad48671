"""What a case file may say: one file per table, and the checks across tables."""
