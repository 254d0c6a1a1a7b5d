"""Every simulated partner. A new one is a package of its own, one import and one entry here.

A partner is mounted at ``/<name>``; its control stands at ``/_control/<name>``, its knobs, counters and faults under
its name. Control of a warehouse answers to these, so that one test can drive any of them (JSON; what a partner does
not have is absent):

* ``GET /_control/credentials``: ``{"<name>": {"form": {...}, "settings": {...}, ...}}``
* ``POST accounts``: a further account; answers as ``credentials`` does for the first
* ``POST products`` ``{skus, quantity?, warehouse?}``; ``GET stock``; ``POST stock`` ``{stock: {sku: units}, warehouse?,
  allocated?: {sku: units}}``, where ``allocated`` sets the units held for nobody's order
* ``GET orders``: rows with ``reference``, ``number``, ``status``, ``warehouse``, ``times_created``, ``tracking``,
  ``label_sha256``, ``label_pages``, ``items`` ``[{sku, quantity}]``, ``history``
* ``POST orders/{reference or number}/status`` ``{status, raw?, reason?}``; ``raw`` allows a code that is in no list
* ``GET inbounds``: rows with ``reference``, ``number``, ``status``, ``times_created``, ``planned``, ``received``
* ``POST inbounds/{reference or number}/status`` ``{status, raw?, quantities?: {sku: received in total so far}, ...}``
* ``GET subscriptions`` where there are callbacks

``times_created`` counts the documents of a reference that are not cancelled, and is 1 when all are.

Control of a store: see ``storefront/control.py`` (``shopee``, the oldest, has its own words for some of it).

Knobs that every warehouse has: ``ship_after``, ``receive_after``, ``lookup_delay``, ``rate_limit_per_second``,
``allow_duplicate_reference``.
"""

from salur.sandbox.amazon.partner import PARTNER as AMAZON
from salur.sandbox.blibli.partner import PARTNER as BLIBLI
from salur.sandbox.bukalapak.partner import PARTNER as BUKALAPAK
from salur.sandbox.ebay.partner import PARTNER as EBAY
from salur.sandbox.eccang.partner import PARTNER as ECCANG
from salur.sandbox.engine.partner import Partner
from salur.sandbox.etsy.partner import PARTNER as ETSY
from salur.sandbox.gearment.partner import PARTNER as GEARMENT
from salur.sandbox.jd.partner import PARTNER as JD
from salur.sandbox.lazada.partner import PARTNER as LAZADA
from salur.sandbox.qimen.partner import FASTOCK, QIMEN
from salur.sandbox.shopbase.partner import PARTNER as SHOPBASE
from salur.sandbox.shopee.partner import PARTNER as SHOPEE
from salur.sandbox.shopify.partner import PARTNER as SHOPIFY
from salur.sandbox.tiktok.partner import TIKTOK, TOKOPEDIA
from salur.sandbox.tokopedia_legacy.partner import PARTNER as TOKOPEDIA_LEGACY
from salur.sandbox.woocommerce.partner import PARTNER as WOOCOMMERCE

PARTNERS: tuple[Partner, ...] = (
    SHOPEE,
    ECCANG,
    QIMEN,
    FASTOCK,
    GEARMENT,
    JD,
    WOOCOMMERCE,
    SHOPIFY,
    LAZADA,
    AMAZON,
    SHOPBASE,
    ETSY,
    TOKOPEDIA_LEGACY,
    TIKTOK,
    TOKOPEDIA,
    BUKALAPAK,
    BLIBLI,
    EBAY,
)
