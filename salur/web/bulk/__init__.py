"""Screens: one action over many orders as a run, with what became of each (R113)."""
