"""The simulated TikTok Shop, also as Tokopedia, written from the contract sheets (tiktok-shop.md, tokopedia.md)."""
