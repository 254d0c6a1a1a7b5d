"""The simulated Qimen warehouse as partners of the sandbox: once under its own name, once as Fastock."""

from collections.abc import Callable
from typing import Any

from salur.sandbox.engine.core import Core
from salur.sandbox.engine.partner import HandOver, Partner
from salur.sandbox.qimen import profiles
from salur.sandbox.qimen.control import QimenControl
from salur.sandbox.qimen.routes import QimenApi
from salur.sandbox.qimen.wms import Wms


def instance(profile: profiles.Profile) -> Partner:
    """A warehouse of its own with this name, accounts and rules."""

    def state(core: Core, hand_over: HandOver) -> Wms:
        return Wms(profile, core, hand_over)

    def routes(state_now: Callable[[], Any]) -> Any:
        return QimenApi(profile.name, state_now).routes()

    return Partner(name=profile.name, settings=profile.settings, state=state, routes=routes, control=QimenControl)


QIMEN = instance(profiles.QIMEN)
FASTOCK = instance(profiles.FASTOCK)
