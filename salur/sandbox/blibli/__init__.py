"""Simulated Blibli: packages, labels, stock by pickup point, signed calls (contracts/blibli)."""
