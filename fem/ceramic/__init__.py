"""The elastic ceramic as the compliance of its surface."""
