"""The pressure window: curves over pressure, its two ends, levers and the answer."""
