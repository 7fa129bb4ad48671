"""The kinds of surface a case can have: a table and what it makes, a file per family."""
