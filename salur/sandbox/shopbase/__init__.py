"""Simulated ShopBase: the login, the REST API, webhooks (contracts/shopbase)."""
