"""Blibli, through its seller API with client keys (Basic mode)."""
