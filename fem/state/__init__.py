"""What an accepted step leaves behind, and how it is saved, sampled and moved."""
