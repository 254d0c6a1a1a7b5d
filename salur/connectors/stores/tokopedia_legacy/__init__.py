"""Tokopedia through its own, older API (fs.tokopedia.net)."""
