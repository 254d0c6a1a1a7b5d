"""Django's settings. What an installation may change comes from `environment`; the rest is fixed here.

Importing this neither starts a database nor writes a file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from salur.config import environment, logs
from salur.config.databases import databases

PACKAGE = Path(__file__).resolve().parent.parent

SALUR = environment.read()

# -- this installation ----------------------------------------------------------------------------------------------
DEBUG = SALUR.debug
SECRET_KEY = SALUR.secret_key
ALLOWED_HOSTS = list(SALUR.allowed_hosts)
CSRF_TRUSTED_ORIGINS = [SALUR.base_url]
DATABASES: dict[str, Any] = databases(SALUR)
LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logs.configure(SALUR.log_level)
MEDIA_ROOT = SALUR.home / "files"

# -- applications ---------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "salur.web",  # first, so that its templates go before those of the packages
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "ninja",  # serves the API's reading page from this package, not from elsewhere
    "procrastinate.contrib.django",
    "salur.tenancy",
    "salur.integrations",
    "salur.catalog",
    "salur.stock",
    "salur.locations",
    "salur.orders",
    "salur.routing",
    "salur.outbound",
    "salur.inbound",
    "salur.stocktakes",
    "salur.transfers",
    "salur.returns",
    "salur.flows",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "salur.web.middleware.PersonLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "salur.config.urls"
ASGI_APPLICATION = "salur.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("salur.web.template_loading.ByLanguage", ["django.template.loaders.app_directories.Loader"])],
            "libraries": {"i18n": "salur.web.fixed_words"},  # in place of Django's of that name
            "builtins": ["salur.web.fixed_urls"],  # its tag in place of Django's
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- people ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "tenancy.User"
AUTH_USER_MODEL = "tenancy.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "salur.config.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by an owner, who knows the person
ACCOUNT_LOGOUT_ON_GET = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

# -- languages and time (R5) ----------------------------------------------------------------------------------------
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("id", _("Indonesian")),
    ("ms", _("Malay")),
    ("vi", _("Vietnamese")),
    ("zh-hans", _("Simplified Chinese")),
]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# -- static files and uploads ---------------------------------------------------------------------------------------
STATIC_URL = "/static/"  # answered by `static`, straight from the packages
MEDIA_URL = "files/"  # nothing is served from it directly: views check the merchant and send the file
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024  # all but files: an API call may hold 1,000 orders

# -- security -------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SALUR.secure
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = False  # the proxy that holds the certificate redirects
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SALUR.secure else None
SECURE_HSTS_SECONDS = 31_536_000 if SALUR.secure else 0

# -- jobs -----------------------------------------------------------------------------------------------------------
PROCRASTINATE_DATABASE_ALIAS = "default"
