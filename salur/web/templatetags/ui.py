"""Small components: icons, status chips, moments, money, links that keep the filter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info, gettext, ngettext

from salur.flows import told
from salur.foundation.clock import now
from salur.outbound.models import Outbound
from salur.web import chips, navigation, theme, words
from salur.web.countries import country_name

register = template.Library()

NO_DECIMALS = frozenset({"IDR", "VND", "JPY", "KRW"})


register.filter("country", country_name)


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str) -> SafeString:
    """A drawing of the sprite; decoration only, words stand beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("web/icons.svg"),
        name,
    )


@register.simple_tag
def chip(machine: str, state: str) -> SafeString:
    """A status chip: icon, words and tone of a machine's state."""
    return _chip(machine, state, get_language())


@lru_cache(maxsize=2048)  # a list of 50 orders shows 150 of them
def _chip(machine: str, state: str, language: str | None) -> SafeString:
    tone, drawing = chips.look(machine, state)
    return format_html(
        '<span class="chip chip-{}">{}<span>{}</span></span>', tone, icon(drawing), chips.label(machine, state)
    )


@register.simple_tag
def note_chip(tone: str, drawing: str, text: str) -> SafeString:
    """A chip with free words."""
    return format_html('<span class="chip chip-{}">{}<span>{}</span></span>', tone, icon(drawing), text)


@register.simple_tag
def outcome_words(outcome: str) -> str:
    """How a call to a partner ended."""
    return told.outcome_words(outcome)


@register.filter
def trigger_words(trigger: str) -> str:
    """What asked for a run."""
    return words.trigger_words(trigger)


@register.filter
def partners_word(outbound: Outbound) -> str:
    """The partner's own word for the list's state; empty where it is ours."""
    return words.partners_word(outbound)


@register.filter
def channel_title(name: str) -> str:
    """A channel by its own name."""
    return words.channel_title(name)


@register.simple_tag
def why(tone: str, text: str) -> SafeString:
    """A reason, short enough for a table's cell."""
    return format_html('<span class="why why-{}">{}<span>{}</span></span>', tone, icon("alert"), text)


@register.simple_tag
def state_label(machine: str, state: str) -> str:
    """A state's name alone."""
    return chips.label(machine, state)


@register.simple_tag
def moment(at: datetime | None, style: str = "short") -> SafeString | str:
    """A time in the merchant's zone.

    ``short``: date and minutes; ``lines``: the same, one below the other; ``clock``: day and seconds; ``date``: the
    day; ``ago``: how long since.
    """
    if at is None:
        return format_html('<span class="faint">{}</span>', "–")
    local = timezone.localtime(at)
    full = formats.date_format(local, "DATETIME_FORMAT")
    zone = local.tzname() or ""
    shown = _shown_moment(at, local, style)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(timespec="seconds"), f"{full} {zone}", shown
    )


def _shown_moment(at: datetime, local: datetime, style: str) -> str:
    if style == "ago":
        return span_words(now() - at)
    if style == "lines":
        return format_html('{}<span class="sub">{}</span>', f"{local:%Y-%m-%d}", f"{local:%H:%M}")
    return local.strftime({"short": "%Y-%m-%d %H:%M", "date": "%Y-%m-%d", "clock": "%m-%d %H:%M:%S"}[style])


def span_words(span: timedelta) -> str:
    """A length of time in its largest unit: ``3 min``, ``2 h``, ``5 days``; a future one with ``in`` before it."""
    seconds = int(span.total_seconds())
    size = abs(seconds)
    if size < 60:
        words = ngettext("%(n)s second", "%(n)s seconds", size) % {"n": size}
    elif size < 3600:
        words = gettext("%(n)s min") % {"n": size // 60}
    elif size < 48 * 3600:
        words = gettext("%(n)s h") % {"n": size // 3600}
    else:
        words = ngettext("%(n)s day", "%(n)s days", size // 86400) % {"n": size // 86400}
    return (gettext("%(span)s ago") if seconds >= 0 else gettext("in %(span)s")) % {"span": words}


@register.simple_tag
def money(amount: Decimal | None, currency: str) -> SafeString | str:
    """An amount with its currency, decimals as the currency has them."""
    if amount is None:
        return ""
    return _priced(amount, currency, 0 if currency in NO_DECIMALS else 2)


COST_PLACES = (2, 4)  # at least, at most: costs are kept with four


@register.simple_tag
def unit_cost(amount: Decimal | None, currency: str) -> SafeString | str:
    """The cost of a piece as it was given: 18.50 stays 18.50 also where prices have no decimals."""
    if amount is None:
        return ""
    least, most = COST_PLACES
    given = len(f"{amount:.{most}f}".rstrip("0").partition(".")[2])
    return _priced(amount, currency, max(least, given))


def _priced(amount: Decimal, currency: str, places: int) -> SafeString:
    return format_html(
        '<span class="money"><span class="currency">{}</span> {}</span>',
        currency,
        formats.number_format(amount, decimal_pos=places, use_l10n=True, force_grouping=True),
    )


@register.filter
def number(value: Any) -> str:
    """A whole number with thousands separated as the language does."""
    return _number(value, get_language()) if value is not None else "–"


@lru_cache(maxsize=4096)  # small figures, of which a list says hundreds
def _number(value: Any, language: str | None) -> str:
    return formats.number_format(value, use_l10n=True, force_grouping=True)


@register.filter
def signed(value: int) -> str:
    """A change with its sign; nothing for zero, so that the eye finds what moved."""
    return f"{value:+,}".replace("-", "−").replace(",", "\u202f") if value else ""


@register.filter
def mask(value: str) -> str:
    """Personal data as a viewer sees it: the first letter and the length are enough to tell two apart."""
    return f"{value[0]}{'•' * min(len(value) - 1, 6)}" if value else ""


@register.simple_tag(takes_context=True)
def same_url(context: Mapping[str, Any], **changes: Any) -> str:
    """This page's address with some of its query changed; an empty value removes it. Paging starts anew."""
    return _address(context["request"], {"cursor": "", **changes})


@register.simple_tag(takes_context=True)
def same_page(context: Mapping[str, Any], **changes: Any) -> str:
    """The same, staying on the list's present page."""
    return _address(context["request"], changes)


def _address(request: HttpRequest, changes: Mapping[str, Any]) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        if value in ("", None):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path


@register.simple_tag(takes_context=True)
def side_menu(context: Mapping[str, Any]) -> list[navigation.ShownGroup]:
    """The menu of the person and merchant at hand."""
    request = context["request"]
    match = request.resolver_match
    return list(navigation.menu(request.merchant, match.url_name if match else ""))


@register.simple_tag(takes_context=True)
def theme_name(context: Mapping[str, Any]) -> str:
    """The theme chosen: ``light``, ``dark`` or ``auto``."""
    request = context.get("request")
    return theme.chosen(request) if request is not None else theme.AUTO


@register.simple_tag
def languages() -> list[dict[str, Any]]:
    """The languages of the installation, each by its own name."""
    return [
        {"code": code, "name": get_language_info(code)["name_local"], "current": code == get_language()}
        for code, _ in settings.LANGUAGES
    ]
