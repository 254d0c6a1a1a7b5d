"""Interfaces that several partners speak: what a connector is built on, never a partner itself."""
