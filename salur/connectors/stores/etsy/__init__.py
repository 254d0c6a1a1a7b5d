"""Etsy, Open API version 3 (see README.md for what is documented and what assumed)."""
