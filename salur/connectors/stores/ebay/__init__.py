"""eBay, Sell Fulfillment and Inventory API (see README.md for what is documented and what assumed)."""
