"""Screens: stores, fulfilment services, authorisation (R3, R8 to R16)."""
