"""Simulated JD as one of the sandbox's partners."""

from salur.sandbox.engine.partner import Partner
from salur.sandbox.jd.control import JdControl
from salur.sandbox.jd.eclp import Eclp
from salur.sandbox.jd.routes import JdApi
from salur.sandbox.jd.settings import JdSettings

PARTNER = Partner(
    name="jd",
    settings=JdSettings,
    state=Eclp,
    routes=lambda state_now: JdApi(state_now).routes(),
    control=JdControl,
)
