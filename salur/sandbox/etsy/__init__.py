"""A simulated Etsy (Open API v3): login with PKCE, receipts, tracking, inventories, signed webhooks."""
