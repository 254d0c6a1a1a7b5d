"""Screens: delivery-warehouse rules (R72)."""
