"""What the two ways of authorising ask for (R22 to R25, R28, P1)."""

from __future__ import annotations

from salur.connectors.base.capabilities import AuthMode, FormField
from salur.connectors.base.texts import N_

ADDRESS_PATTERN = r"https?://[^\s?#]+"
NUMBER_PATTERN = r"[A-Za-z0-9]+"
FROM_JD = N_("Ask JD for it beforehand: customer service or your sales contact")
OWN_APP = N_("From your own application at JD: follow JD's authorisation document, or ask JD customer service")
ROUTER = "https://api.jd.com/routerjson"
LOGIN = "https://open-oauth.jd.com/oauth2"

COUNTRY = FormField(
    key="country",
    label=N_("Country of the warehouses"),
    origin=N_("JD.ID serves Indonesia, JD Fulfillment Vietnam; orders of this country are sent there"),
    choices=(("ID", N_("Indonesia")), ("VN", N_("Vietnam"))),
    default="ID",
)
PIN = FormField(
    key="pin",
    label=N_("PIN"),
    origin=N_("Your JD account's name. The same PIN can be used by one merchant only"),
    partner_term="PIN 京东账号",
    max_length=100,
)
DEPARTMENT = FormField(
    key="department_no",
    label=N_("Department number"),
    origin=FROM_JD,
    partner_term="deptNo 事业部编号",
    max_length=50,
    pattern=NUMBER_PATTERN,
)
WAREHOUSE = FormField(
    key="warehouse_no",
    label=N_("Warehouse number"),
    origin=N_("From JD; several of the same department are parted by commas"),
    partner_term="warehouseNo 库房编号",
    max_length=50,
    pattern=NUMBER_PATTERN,
    several=True,
)
ADDRESSES: tuple[FormField, ...] = (
    FormField(
        key="base_url",
        label=N_("Service address"),
        origin=N_("Leave it as it is unless JD named another"),
        partner_term="routerjson",
        max_length=300,
        required=False,
        default=ROUTER,
        pattern=ADDRESS_PATTERN,
    ),
    FormField(
        key="login_url",
        label=N_("Address of the login"),
        origin=N_("Leave it as it is unless JD named another"),
        partner_term="oauth2",
        max_length=300,
        required=False,
        default=LOGIN,
        pattern=ADDRESS_PATTERN,
    ),
)

MODES: tuple[AuthMode, ...] = (
    AuthMode(
        key="quick",
        label=N_("Quick authorisation"),
        guidance=N_(
            "For merchants with fewer than 1,000 orders a day who have no application of their own at JD. "
            "You need department number, warehouse number and PIN, then you log in at JD."
        ),
        # No addresses here: the installation's secret is sent to them, so the installation names them.
        form=(COUNTRY, DEPARTMENT, WAREHOUSE, PIN),
        hub_keys=("app_key", "app_secret"),
        orders_per_day=1000,
    ),
    AuthMode(
        key="basic",
        label=N_("Basic authorisation"),
        guidance=N_(
            "Recommended from 1,000 orders a day, and for every merchant who can get an App Key and App Secret from JD."
        ),
        form=(
            COUNTRY,
            FormField(key="app_key", label=N_("App key"), origin=OWN_APP, partner_term="App Key", max_length=100),
            FormField(
                key="app_secret",
                label=N_("App secret"),
                origin=OWN_APP,
                partner_term="AppSecret",
                max_length=200,
                secret=True,
            ),
            FormField(
                key="gateway_user",
                label=N_("Gateway user"),
                origin=N_("From JD, with the App Key"),
                partner_term="gatewayuser",
                max_length=100,
            ),
            PIN,
            WAREHOUSE,
            DEPARTMENT,
            *ADDRESSES,
        ),
    ),
)

PLACES_FORM: tuple[FormField, ...] = (COUNTRY, DEPARTMENT, WAREHOUSE)

SETTINGS_FORM: tuple[FormField, ...] = (
    FormField(
        key="isv_source",
        label=N_("Source number"),
        origin=N_("JD gives it out when it opens the interface"),
        partner_term="isvSource",
        max_length=50,
    ),
    FormField(
        key="shop_no",
        label=N_("Shop number"),
        origin=N_("The number under which JD keeps your shop"),
        partner_term="shopNo 店铺编号",
        max_length=50,
    ),
    FormField(
        key="shipper_no",
        label=N_("Courier number for parcels with the store's own AWB number"),
        origin=N_("JD's number of the courier; ask JD. Empty: JD delivers itself"),
        partner_term="shipperNo 承运商编号",
        max_length=50,
        required=False,
    ),
    FormField(
        key="supplier_no",
        label=N_("Supplier number for inbound lists"),
        origin=N_("JD's number of who delivers the goods to its warehouse"),
        partner_term="supplierNo 供应商编号",
        max_length=50,
    ),
    FormField(
        key="third_category_no",
        label=N_("Product category"),
        origin=N_("JD's number of the category for all products; 4159 is “other”"),
        partner_term="thirdCategoryNo",
        max_length=20,
        required=False,
        default="4159",
        pattern=r"[0-9]+",
    ),
    FormField(
        key="rate_per_second",
        label=N_("Calls per second"),
        origin=N_("JD sets a limit for each application; ask JD"),
        required=False,
        default="10",
        pattern=r"[0-9]+(\.[0-9]+)?",
    ),
)
