"""Warehouse connectors, one folder per third-party warehouse system."""
