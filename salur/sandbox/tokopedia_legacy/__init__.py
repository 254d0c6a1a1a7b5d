"""Simulated Tokopedia as it was before the move (fs.tokopedia.net; contracts/tokopedia_legacy)."""
