"""Gearment, which prints on demand; see README.md beside this file."""
