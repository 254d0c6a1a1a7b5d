"""ShopBase, through its Admin API."""
