"""Following a load program: trying, judging and sizing the steps."""
