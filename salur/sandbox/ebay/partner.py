"""The simulated sellers as one of the sandbox's partners."""

from salur.sandbox.ebay.control import EbayControl
from salur.sandbox.ebay.routes import EbayApi
from salur.sandbox.ebay.seller import Ebay
from salur.sandbox.ebay.settings import EbaySettings
from salur.sandbox.engine.partner import Partner

PARTNER = Partner(
    name="ebay",
    settings=EbaySettings,
    state=lambda core, _hand_over: Ebay(core),
    routes=lambda ebay_now: EbayApi(ebay_now).routes(),
    control=EbayControl,
)
