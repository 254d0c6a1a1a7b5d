"""Screens: picking, packing and shipping in own warehouses."""
