"""Lazada Open Platform (see README.md for what is documented and what assumed)."""
