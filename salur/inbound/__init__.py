"""Inbound lists: goods announced to a warehouse, and what arrived of them (R60 to R71)."""
