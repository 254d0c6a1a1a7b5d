"""Screens: balances, movements, stock sync records."""
