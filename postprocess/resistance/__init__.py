"""What the interface costs in resistance."""
