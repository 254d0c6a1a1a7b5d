"""The simulated store as one of the sandbox's partners."""

from salur.sandbox.engine.partner import Partner
from salur.sandbox.shopee.control import ShopeeControl
from salur.sandbox.shopee.routes import ShopeeApi
from salur.sandbox.shopee.settings import ShopeeSettings
from salur.sandbox.shopee.store import Store

PARTNER = Partner(
    name="shopee",
    settings=ShopeeSettings,
    state=lambda core, _hand_over: Store(core),
    routes=lambda state_now: ShopeeApi(state_now).routes(),
    control=ShopeeControl,
)
