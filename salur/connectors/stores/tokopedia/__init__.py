"""Tokopedia, as the part of "Tokopedia & Shop" that was sold there (through the TikTok Shop API)."""
