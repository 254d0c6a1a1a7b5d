"""How people sign in: accounts are made by an owner, not by visitors, unless the installation says otherwise."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Opens or closes the sign-up form."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether a visitor may create an account (``SALUR_OPEN_SIGNUP``)."""
        return bool(settings.SALUR.open_signup)
