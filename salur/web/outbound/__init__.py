"""Screens: outbound lists (R80)."""
