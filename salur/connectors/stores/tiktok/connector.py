"""TikTok Shop on the shared profile: all orders of a shop but those sold at Tokopedia."""

from __future__ import annotations

from salur.connectors.base.capabilities import Plugin
from salur.connectors.base.texts import N_
from salur.connectors.profiles.tiktok_shop.connector import TikTokShopConnector, capabilities
from salur.connectors.profiles.tiktok_shop.form import FORM, SETTINGS_FORM
from salur.connectors.profiles.tiktok_shop.mapping import COUNTRIES
from salur.connectors.profiles.tiktok_shop.profile import Profile
from salur.connectors.profiles.tiktok_shop.statuses import STATUS_TABLES

CAPABILITIES = capabilities(
    "tiktok",
    "TikTok Shop",
    COUNTRIES,
    notes=(
        N_(
            "In Indonesia a shop also sells at Tokopedia. Those orders are not shown here: connect the same shop as "
            "Tokopedia too. Both sell out of one stock, so push stock from one of the two stores only."
        ),
    ),
)


class TikTokConnector(TikTokShopConnector):
    """The TikTok half of one shop."""

    capabilities = CAPABILITIES
    profile = Profile(tokopedia=False)


PLUGIN = Plugin(
    kind="store",
    name="tiktok",
    capabilities=CAPABILITIES,
    build=TikTokConnector,
    form=FORM,
    status_tables=STATUS_TABLES,
    settings_form=SETTINGS_FORM,
)
