"""Screen: problem orders, grouped by cause (R112 to R114)."""
