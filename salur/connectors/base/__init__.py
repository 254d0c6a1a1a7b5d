"""The seam between the hub and its partners: types, errors, capabilities, interfaces, transport.

Every layer may import this package; it imports the standard library and httpx only.
"""
