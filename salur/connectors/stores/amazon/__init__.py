"""Amazon, Selling Partner API (see README.md for what is documented and what assumed)."""
