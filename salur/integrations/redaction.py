"""Masks secrets and personal data in exchanges before anything is stored (R15, design 12).

Bodies are read as text, not parsed: they may be cut off, JSON inside SOAP, or JSON inside JSON. A field is masked by
its name wherever it stands as a JSON key, an XML element or a form parameter; values of the credentials are masked
wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from salur.connectors.base.transport import MASK, Redactor

SHORTEST_VALUE = 6  # a shorter secret would blank out ordinary words
WHOLE_NAMES = frozenset(
    {
        *("sign", "signature", "code", "authorization", "cookie", "sessionid", "session"),
        *("recipient", "receiver", "consignee", "buyer", "buyeruserid", "buyerusername", "username", "contact"),
        *("firstname", "lastname", "fullname", "middlename", "company", "companyname", "surname"),
        *("name1", "name2", "tel", "fax", "zip", "postcode", "district", "town", "idnumber", "identitynumber"),
        *("lat", "lng", "latitude", "longitude", "geolocation", "birthday", "buyercpfid", "dropshipper", "taxid"),
    }
)
PARTS = re.compile(
    r"token|secret|passw|phone|mobile|telephone|email|address|appkey|apikey|partnerkey|privatekey|accesskey|"
    r"postalcode|zipcode|street|doorplate|recipientname|receivername|consigneename|consigneephone|"
    r"buyername|customername|shippingname|billingname|firstname|lastname|bankaccount|cardnumber"
)
HARMLESS = frozenset({"addressid", "addresstype", "emailverified", "tokentype"})

KEY = re.compile(r'(\\?"|&quot;|&#34;)([A-Za-z_][\w.-]{0,63})\1\s*:\s*')
PLAIN_VALUE = re.compile(
    r'"(?:[^"\\]|\\.)*+"?|\[[^\[\]{}]*+\]?|\{[^{}]*+\}|-?\d[\d.eE+-]*+|true\b|false\b',
    re.DOTALL,
)
NESTED_VALUE = re.compile(
    r'\\"(?:[^"\\]|\\\\\\.|\\\\[^\\]|\\[^"\\])*+(?:\\")?|\[[^\[\]{}]*+\]?|\{[^{}]*+\}|-?\d[\d.eE+-]*+|true\b|false\b',
    re.DOTALL,
)
ENTITY_VALUE = re.compile(
    r"(?:&quot;|&#34;)(?:(?!&quot;|&#34;)[^\\<]|\\(?:&quot;|&#34;|[^&]))*+(?:&quot;|&#34;)?|"
    r"\[[^\[\]{}]*+\]?|\{[^{}]*+\}|-?\d[\d.eE+-]*+|true\b|false\b",
    re.DOTALL,
)
VALUES = {'"': PLAIN_VALUE, '\\"': NESTED_VALUE, "&quot;": ENTITY_VALUE, "&#34;": ENTITY_VALUE}

ELEMENT = re.compile(
    r"(<|&lt;)((?:[\w.-]+:)?([A-Za-z_][\w.-]{0,63}))((?:\s[^<>]*?)?(?:>|&gt;))"
    r"(<!\[CDATA\[.*?(?:\]\]>|\Z)|(?:(?!&lt;)[^<])*+)",
    re.DOTALL,
)
PARAMETER = re.compile(r"(^|[?&\s\"'])([A-Za-z_][\w.-]{0,63})=([^&\s\"'<>]*+)")
# In one piece, or in lines as mail writes it.
BASE64 = re.compile(
    r"(?<![A-Za-z0-9+/_\\%-])[A-Za-z0-9+/_\\%-]{256,}+={0,2}"
    r"|(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{60,76}(?:\r?\n|\\r\\n|\\n)){3,}[A-Za-z0-9+/]*+={0,2}"
)
# Whoever holds such an address can open the label, whatever the partner calls the field it stands in.
LABEL_ADDRESS = re.compile(r"(/labels/)[^\s\"'<>&?\\]+")


def _normal(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(".", "")


def _judge(fields: frozenset[str]) -> Callable[[str], bool]:
    """Whether a name is to be masked: the connector's own list first, then what is personal everywhere."""
    own = frozenset(_normal(name) for name in fields)

    @lru_cache(maxsize=4096)
    def is_masked(name: str) -> bool:
        normal = _normal(name)
        if normal in own or normal in WHOLE_NAMES:
            return True
        return normal not in HARMLESS and PARTS.search(normal) is not None

    return is_masked


@lru_cache(maxsize=64)
def _names(fields: frozenset[str]) -> Callable[[str], bool]:
    return _judge(fields)


def _masked_keys(text: str, is_masked: Callable[[str], bool]) -> str:
    done, parts = 0, []
    for key in KEY.finditer(text):
        if key.start() < done or not is_masked(key[2]):
            continue
        value = VALUES[key[1]].match(text, key.end())
        if value is None or _is_empty(value[0], key[1]):
            continue
        parts += [text[done : key.end()], key[1], MASK, key[1]]
        done = value.end()
    return "".join(parts) + text[done:] if parts else text


def _is_empty(value: str, quote: str) -> bool:
    """That a field was sent empty is worth knowing and tells nothing."""
    return value in (quote * 2, "[]", "{}")


def _masked_elements(text: str, is_masked: Callable[[str], bool]) -> str:
    def masked(found: re.Match[str]) -> str:
        if not found[5].strip() or not is_masked(found[3]):
            return found[0]
        return f"{found[1]}{found[2]}{found[4]}{MASK}"

    return ELEMENT.sub(masked, text)


def _masked_parameters(text: str, is_masked: Callable[[str], bool]) -> str:
    def masked(found: re.Match[str]) -> str:
        return f"{found[1]}{found[2]}={MASK}" if found[3] and is_masked(found[2]) else found[0]

    return PARAMETER.sub(masked, text)


def redactor(fields: Iterable[str], secrets: Iterable[str] = ()) -> Redactor:
    """A function that masks ``fields`` (names) and personal data in a text, and each of ``secrets`` (values)."""
    is_masked = _names(frozenset(fields))
    values = sorted({value for value in secrets if len(value) >= SHORTEST_VALUE}, key=len, reverse=True)

    def redact(text: str) -> str:
        if not text:
            return text
        for value in values:
            if value in text:
                text = text.replace(value, MASK)
        if "/labels/" in text:
            text = LABEL_ADDRESS.sub(rf"\1{MASK}", text)
        text = BASE64.sub(lambda found: f"<base64, {len(found[0])} characters>", text)
        if ":" in text:
            text = _masked_keys(text, is_masked)
        if "<" in text or "&lt;" in text:
            text = _masked_elements(text, is_masked)
        if "=" in text:
            text = _masked_parameters(text, is_masked)
        return text

    return redact
