"""Screens: transfers of goods between warehouses."""
