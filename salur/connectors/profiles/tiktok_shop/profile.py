"""What differs between the channels of one shop: whose orders are kept."""

from __future__ import annotations

from dataclasses import dataclass

TOKOPEDIA = "TOKOPEDIA"


@dataclass(frozen=True, slots=True)
class Profile:
    """``tokopedia``: keep what was sold there, and nothing else; false: keep all the rest.

    The platform is told in Indonesia only, so an order without it is TikTok's.
    """

    tokopedia: bool = False

    def keeps(self, platform: str) -> bool:
        """Whether an order sold on ``platform`` (commerce_platform) belongs to this channel."""
        return (platform == TOKOPEDIA) is self.tokopedia

    def sells_on(self, platforms: list[str]) -> bool:
        """Whether a product listed there can be sold on this channel; a product that does not say so can."""
        return not platforms or any(self.keeps(platform) for platform in platforms)
