"""Screens: product locations of warehouses, and which products lie there (R53 to R59)."""
