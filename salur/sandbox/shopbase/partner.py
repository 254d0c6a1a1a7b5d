"""The simulated ShopBase as one of the sandbox's partners."""

from salur.sandbox.engine.partner import Partner
from salur.sandbox.shopbase.control import ShopbaseControl
from salur.sandbox.shopbase.routes import ShopbaseApi
from salur.sandbox.shopbase.settings import ShopbaseSettings
from salur.sandbox.shopbase.store import ShopbaseStore

PARTNER = Partner(
    name="shopbase",
    settings=ShopbaseSettings,
    state=lambda core, _hand_over: ShopbaseStore(core),
    routes=lambda state_now: ShopbaseApi(state_now).routes(),
    control=ShopbaseControl,
)
