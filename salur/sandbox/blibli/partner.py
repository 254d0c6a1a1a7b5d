"""The simulated Blibli as one of the sandbox's partners."""

from salur.sandbox.blibli.control import BlibliControl
from salur.sandbox.blibli.market import Blibli
from salur.sandbox.blibli.routes import BlibliApi
from salur.sandbox.blibli.settings import BlibliSettings
from salur.sandbox.engine.partner import Partner

PARTNER = Partner(
    name="blibli",
    settings=BlibliSettings,
    state=lambda core, _hand_over: Blibli(core),
    routes=lambda market_now: BlibliApi(market_now).routes(),
    control=BlibliControl,
)
