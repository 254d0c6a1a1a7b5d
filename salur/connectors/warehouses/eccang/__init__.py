"""ECCANG WMS/OMS web service (see README.md for what is documented and what assumed)."""
