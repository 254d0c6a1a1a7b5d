"""The simulated Lazada as one of the sandbox's partners."""

from salur.sandbox.engine.partner import Partner
from salur.sandbox.lazada.control import LazadaControl
from salur.sandbox.lazada.routes import LazadaApi
from salur.sandbox.lazada.settings import LazadaSettings
from salur.sandbox.lazada.store import LazadaStore

PARTNER = Partner(
    name="lazada",
    settings=LazadaSettings,
    state=lambda core, _hand_over: LazadaStore(core),
    routes=lambda state_now: LazadaApi(state_now).routes(),
    control=LazadaControl,
)
