"""Merchants, members with roles, entitlements, API tokens, and the scope that keeps them apart."""
