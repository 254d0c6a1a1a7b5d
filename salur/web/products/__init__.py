"""Screens: master products and channel products (R44)."""
