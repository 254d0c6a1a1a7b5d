"""Screens: goods announced to warehouses, and what of them has arrived."""
