"""Simulated Bukalapak, version 2 of its API (contracts/bukalapak)."""
