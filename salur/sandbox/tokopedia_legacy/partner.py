"""The simulated Tokopedia as one of the sandbox's partners."""

from salur.sandbox.engine.partner import Partner
from salur.sandbox.tokopedia_legacy.control import TokopediaControl
from salur.sandbox.tokopedia_legacy.market import Market
from salur.sandbox.tokopedia_legacy.routes import TokopediaApi
from salur.sandbox.tokopedia_legacy.settings import TokopediaSettings

PARTNER = Partner(
    name="tokopedia_legacy",
    settings=TokopediaSettings,
    state=lambda core, _hand_over: Market(core),
    routes=lambda market_now: TokopediaApi(market_now).routes(),
    control=TokopediaControl,
)
