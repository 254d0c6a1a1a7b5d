"""Importing order files: upload, columns, preview, mappings that are remembered."""
