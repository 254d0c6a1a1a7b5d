"""The simulated Shopify as one of the sandbox's partners."""

from salur.sandbox.engine.partner import Partner
from salur.sandbox.shopify.control import ShopifyControl
from salur.sandbox.shopify.routes import ShopifyApi
from salur.sandbox.shopify.settings import ShopifySettings
from salur.sandbox.shopify.store import ShopifyStore

PARTNER = Partner(
    name="shopify",
    settings=ShopifySettings,
    state=lambda core, _hand_over: ShopifyStore(core),
    routes=lambda state_now: ShopifyApi(state_now).routes(),
    control=ShopifyControl,
)
