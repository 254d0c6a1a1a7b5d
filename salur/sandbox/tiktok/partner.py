"""The simulated TikTok Shop as partners of the sandbox: once under its own name, once as Tokopedia."""

from collections.abc import Callable
from typing import Any

from salur.sandbox.engine.core import Core
from salur.sandbox.engine.partner import HandOver, Partner
from salur.sandbox.tiktok import profiles
from salur.sandbox.tiktok.control import TiktokControl
from salur.sandbox.tiktok.routes import TiktokApi
from salur.sandbox.tiktok.settings import TiktokSettings
from salur.sandbox.tiktok.store import TiktokStore


def instance(profile: profiles.Profile) -> Partner:
    """A store of its own with this name, shops and application."""

    def state(core: Core, _hand_over: HandOver) -> TiktokStore:
        return TiktokStore(profile, core)

    def routes(state_now: Callable[[], Any]) -> Any:
        return TiktokApi(profile, state_now).routes()

    return Partner(name=profile.name, settings=TiktokSettings, state=state, routes=routes, control=TiktokControl)


TIKTOK = instance(profiles.TIKTOK)
TOKOPEDIA = instance(profiles.TOKOPEDIA)
