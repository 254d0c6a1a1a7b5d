"""The simulated shops as one of the sandbox's partners."""

from salur.sandbox.engine.partner import Partner
from salur.sandbox.etsy.control import EtsyControl
from salur.sandbox.etsy.routes import EtsyApi
from salur.sandbox.etsy.settings import EtsySettings
from salur.sandbox.etsy.shop import Etsy

PARTNER = Partner(
    name="etsy",
    settings=EtsySettings,
    state=lambda core, _hand_over: Etsy(core),
    routes=lambda etsy_now: EtsyApi(etsy_now).routes(),
    control=EtsyControl,
)
