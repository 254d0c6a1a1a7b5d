"""TikTok Shop: all orders of a shop but those sold at Tokopedia."""
