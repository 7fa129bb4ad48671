"""How a value is read: TOML, texts with units, field types with one-line messages."""
