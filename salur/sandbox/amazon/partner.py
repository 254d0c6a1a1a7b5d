"""The simulated marketplace as one of the sandbox's partners."""

from salur.sandbox.amazon.control import AmazonControl
from salur.sandbox.amazon.routes import AmazonApi
from salur.sandbox.amazon.seller import Seller
from salur.sandbox.amazon.settings import AmazonSettings
from salur.sandbox.engine.partner import Partner

PARTNER = Partner(
    name="amazon",
    settings=AmazonSettings,
    state=lambda core, _hand_over: Seller(core),
    routes=lambda seller_now: AmazonApi(seller_now).routes(),
    control=AmazonControl,
)
