"""Simulated partners, a separate HTTP server process for development, demo and tests (design.md, 6).

Nothing here imports any other part of Salur, and Salur imports nothing from here.
"""
