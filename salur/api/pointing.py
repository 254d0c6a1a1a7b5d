"""What a service finds wrong with a partner's form, as faults at their places in the request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from salur.connectors.base.capabilities import FormField
from salur.foundation.problems import Refusal
from salur.integrations.connect import FormInvalid, PartnerRefused
from salur.integrations.forms import field_named

from .parsing import Text
from .problems import Fault, Invalid, told

T = TypeVar("T")
Value = Text | list[Text]
"""What is given for one field of a form."""


def pointed(work: Callable[[], T], place_of: Callable[[str], str], declared: Sequence[FormField] = ()) -> T:
    """The work; fields that are wrong become faults at their places in the body.

    ``declared``: the fields of which a partner may complain in its own words.
    """
    try:
        return work()
    except FormInvalid as invalid:
        wrong = invalid.checked.wrong
        found = [_fault(place_of(name), code, evidence) for name, (code, evidence) in wrong.items()]
        raise Invalid(*found) from invalid
    except PartnerRefused as refused:
        name = field_named(declared, refused.field)
        if not name:
            raise
        raise Invalid(_fault(place_of(name), "field_refused", refused.evidence)) from refused


def _fault(place: str, code: str, evidence: dict[str, object]) -> Fault:
    return Fault("body", place, code, told(Refusal(code, **evidence)))
