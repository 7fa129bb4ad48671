"""From a measured resistance against pressure to the numbers of the film law."""
