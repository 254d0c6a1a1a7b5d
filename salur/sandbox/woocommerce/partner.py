"""The simulated sites as one of the sandbox's partners."""

from salur.sandbox.engine.partner import Partner
from salur.sandbox.woocommerce.control import WooControl
from salur.sandbox.woocommerce.routes import WooApi
from salur.sandbox.woocommerce.settings import WooSettings
from salur.sandbox.woocommerce.site import Sites

PARTNER = Partner(
    name="woocommerce",
    settings=WooSettings,
    state=lambda core, _hand_over: Sites(core),
    routes=lambda sites_now: WooApi(sites_now).routes(),
    control=WooControl,
)
