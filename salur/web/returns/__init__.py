"""Screens: goods that come back."""
