"""Metal that invades a surface flaw: start of growth, its speed, and the time to a short."""
