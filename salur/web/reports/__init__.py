"""Screens: sync reports and imports (R142, R145)."""
