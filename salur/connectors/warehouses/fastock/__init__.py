"""Fastock MY; see README.md beside this file for what is known of it."""
