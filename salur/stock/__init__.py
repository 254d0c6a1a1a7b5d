"""Warehouses, balances, the append-only ledger, calibration."""
