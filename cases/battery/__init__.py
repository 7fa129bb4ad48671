"""What a run says to a battery model: interface resistance as a table and as functions."""
