"""Screens: stock counts of own warehouses."""
