"""The simulated print-on-demand vendor as one of the sandbox's partners."""

from salur.sandbox.engine.partner import Partner
from salur.sandbox.gearment.control import GearmentControl
from salur.sandbox.gearment.routes import GearmentApi
from salur.sandbox.gearment.settings import GearmentSettings
from salur.sandbox.gearment.studio import Studio

PARTNER = Partner(
    name="gearment",
    settings=GearmentSettings,
    state=Studio,
    routes=lambda state_now: GearmentApi(state_now).routes(),
    control=GearmentControl,
)
