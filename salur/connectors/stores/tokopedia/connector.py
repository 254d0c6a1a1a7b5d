"""Tokopedia on the TikTok Shop profile: of a shop in Indonesia, the orders that were sold at Tokopedia.

Migrated shops are reached through the TikTok Shop API only (contract sheet tokopedia.md, "The move").
"""

from __future__ import annotations

from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.errors import Rejected
from salur.connectors.base.texts import N_
from salur.connectors.base.types import PartnerIdentity
from salur.connectors.profiles.tiktok_shop.connector import TikTokShopConnector, capabilities
from salur.connectors.profiles.tiktok_shop.form import FORM, SETTINGS_FORM
from salur.connectors.profiles.tiktok_shop.profile import Profile
from salur.connectors.profiles.tiktok_shop.statuses import STATUS_TABLES

COUNTRY = "ID"
CAPABILITIES = capabilities(
    "tokopedia",
    "Tokopedia",
    (COUNTRY,),
    notes=(
        N_(
            "Tokopedia shops are reached through TikTok Shop since they moved there: use an app of TikTok Shop Partner "
            "Center and log in with the TikTok Shop seller account."
        ),
        N_(
            "Only orders sold at Tokopedia are shown here: connect the same shop as TikTok Shop for the others. Both "
            "sell out of one stock, so push stock from one of the two stores only."
        ),
    ),
)


class TokopediaConnector(TikTokShopConnector):
    """The Tokopedia half of one shop."""

    capabilities = CAPABILITIES
    profile = Profile(tokopedia=True)

    def verify(self) -> PartnerIdentity:
        """The shop, which must be one of Indonesia."""
        shop = super().verify()
        if shop.country != COUNTRY:
            raise Rejected("not_indonesia", f"{shop.name} is a shop of {shop.country}: Tokopedia is in Indonesia only")
        return shop


PLUGIN = Plugin(
    kind="store",
    name="tokopedia",
    capabilities=CAPABILITIES,
    build=TokopediaConnector,
    form=FORM,
    status_tables=STATUS_TABLES,
    settings_form=SETTINGS_FORM,
)
