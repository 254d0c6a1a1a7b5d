"""Simulated WooCommerce sites (REST v3): keys by Basic or OAuth 1.0a, pages by number, signed webhooks."""
