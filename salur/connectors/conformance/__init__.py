"""The conformance kit: drives any connector over real HTTP through what the hub relies on (design 6).

It knows the seam only. What belongs to the hub itself (how records are redacted) and where the partner stands are
handed in by whoever runs it: ``salur conformance``, the pytest plugin, or a test of a connector's own.
"""
