"""The simulated Lazada, written from its contract sheet (lazada.md)."""
