"""Shopee, Open Platform version 2 (see README.md for what is documented and what assumed)."""
