"""TikTok Shop Partner API, shared by the channels that are reached through it (see README.md)."""
