"""What a run writes while it goes on: rows, summary, profiles, fields."""
