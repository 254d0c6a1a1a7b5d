"""Screen: warehouse list (R40)."""
