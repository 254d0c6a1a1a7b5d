"""Amazon's marketplaces: identifier, region, Seller Central and currency of each country (public list of Amazon)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from salur.connectors.base.errors import Rejected

TOKENS = "https://api.amazon.com"
HOSTS = {region: f"https://sellingpartnerapi-{region}.amazon.com" for region in ("na", "eu", "fe")}


@dataclass(frozen=True, slots=True)
class Market:
    """One country's marketplace."""

    country: str
    id: str
    region: str
    seller_central: str
    currency: str

    @property
    def name(self) -> str:
        """The shop's name as buyers know it ("amazon.de"); not translated."""
        return self.seller_central.partition("sellercentral.")[2]


def _market(country: str, marketplace: str, region: str, domain: str, currency: str) -> Market:
    return Market(country, marketplace, region, f"https://{domain}", currency)


_ALL = (
    _market("US", "ATVPDKIKX0DER", "na", "sellercentral.amazon.com", "USD"),
    _market("CA", "A2EUQ1WTGCTBG2", "na", "sellercentral.amazon.ca", "CAD"),
    _market("MX", "A1AM78C64UM0Y8", "na", "sellercentral.amazon.com.mx", "MXN"),
    _market("BR", "A2Q3Y263D00KWC", "na", "sellercentral.amazon.com.br", "BRL"),
    _market("GB", "A1F83G8C2ARO7P", "eu", "sellercentral.amazon.co.uk", "GBP"),
    _market("DE", "A1PA6795UKMFR9", "eu", "sellercentral.amazon.de", "EUR"),
    _market("FR", "A13V1IB3VIYZZH", "eu", "sellercentral.amazon.fr", "EUR"),
    _market("IT", "APJ6JRA9NG5V4", "eu", "sellercentral.amazon.it", "EUR"),
    _market("ES", "A1RKKUPIHCS9HS", "eu", "sellercentral.amazon.es", "EUR"),
    _market("NL", "A1805IZSGTT6HS", "eu", "sellercentral.amazon.nl", "EUR"),
    _market("BE", "AMEN7PMS3EDWL", "eu", "sellercentral.amazon.com.be", "EUR"),
    _market("IE", "A28R8C7NBKEWEA", "eu", "sellercentral.amazon.ie", "EUR"),
    _market("SE", "A2NODRKZP88ZB9", "eu", "sellercentral.amazon.se", "SEK"),
    _market("PL", "A1C3SOZRARQ6R3", "eu", "sellercentral.amazon.pl", "PLN"),
    _market("TR", "A33AVAJ2PDY3EV", "eu", "sellercentral.amazon.com.tr", "TRY"),
    _market("AE", "A2VIGQ35RCS4UG", "eu", "sellercentral.amazon.ae", "AED"),
    _market("SA", "A17E79C6D8DWNP", "eu", "sellercentral.amazon.sa", "SAR"),
    _market("EG", "ARBP9OOSHTCHU", "eu", "sellercentral.amazon.eg", "EGP"),
    _market("ZA", "AE08WJ6YKNBMC", "eu", "sellercentral.amazon.co.za", "ZAR"),
    _market("IN", "A21TJRUUN4KGV", "eu", "sellercentral.amazon.in", "INR"),
    _market("JP", "A1VC38T7YXB528", "fe", "sellercentral.amazon.co.jp", "JPY"),
    _market("AU", "A39IBJ37TRP1C6", "fe", "sellercentral.amazon.com.au", "AUD"),
    _market("SG", "A19VAU5U5O7RUS", "fe", "sellercentral.amazon.sg", "SGD"),
)

MARKETS: dict[str, Market] = {market.country: market for market in _ALL}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where calls, tokens and the consent page are."""

    api: str
    tokens: str
    consent: str


def market_of(country: str) -> Market:
    """The marketplace of a country; Rejected where Amazon has none."""
    found = MARKETS.get(country)
    if found is None:
        raise Rejected("marketplace", f"Amazon has no marketplace {country[:20]}", field="marketplace")
    return found


def addresses(market: Market, typed: str) -> Addresses:
    """Amazon's own addresses; ``typed`` may name its test system, or one address that stands for all three."""
    base = (typed or HOSTS[market.region]).rstrip("/")
    host = urlsplit(base).hostname or ""
    if host == "amazon.com" or host.endswith(".amazon.com"):
        return Addresses(base, TOKENS, market.seller_central)
    return Addresses(base, base, base)
