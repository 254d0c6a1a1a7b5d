"""Screens: members and API tokens."""
