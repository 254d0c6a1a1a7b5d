"""Outbound lists: push conditions, labels, the warehouse's progress."""
