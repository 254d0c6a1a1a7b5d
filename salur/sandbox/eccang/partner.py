"""The simulated warehouse operator as one of the sandbox's partners."""

from salur.sandbox.eccang.control import EccangControl
from salur.sandbox.eccang.operator import Operator
from salur.sandbox.eccang.routes import EccangApi
from salur.sandbox.eccang.settings import EccangSettings
from salur.sandbox.engine.partner import Partner

PARTNER = Partner(
    name="eccang",
    settings=EccangSettings,
    state=Operator,
    routes=lambda state_now: EccangApi(state_now).routes(),
    control=EccangControl,
)
