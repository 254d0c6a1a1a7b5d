"""Simulated Shopify: the login, the Admin GraphQL API, webhooks (contracts/shopify)."""
