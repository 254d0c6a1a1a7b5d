"""The simulated Bukalapak as one of the sandbox's partners."""

from salur.sandbox.bukalapak.control import BukalapakControl
from salur.sandbox.bukalapak.market import Bukalapak
from salur.sandbox.bukalapak.routes import BukalapakApi
from salur.sandbox.bukalapak.settings import BukalapakSettings
from salur.sandbox.engine.partner import Partner

PARTNER = Partner(
    name="bukalapak",
    settings=BukalapakSettings,
    state=lambda core, _hand_over: Bukalapak(core),
    routes=lambda store_now: BukalapakApi(store_now).routes(),
    control=BukalapakControl,
)
