"""Everything that can be set from outside, read once into one typed object (design 12).

Each variable is one row of `VARIABLES`, which the documentation and ``salur doctor`` print. Reading changes nothing
on disk: keys that do not exist yet are made by :func:`prepare_home`, which the command line calls first.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

YES, NO = frozenset({"1", "true", "yes", "on"}), frozenset({"", "0", "false", "no", "off"})
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingWrong(Exception):
    """A variable holds something that cannot be used; the text names it and what it should hold."""


@dataclass(frozen=True)
class Variable:
    """One environment variable: its name, what it is for, and whether its value must never be shown."""

    name: str
    purpose: str
    secret: bool = False


VARIABLES = (
    Variable("SALUR_HOME", "folder for data, files and keys; default: the user's data folder"),
    Variable("DATABASE_URL", "PostgreSQL 15+ for the application's role; empty: Salur runs its own", secret=True),
    Variable("SALUR_OWNER_DATABASE_URL", "the same database for the role that owns the tables", secret=True),
    Variable("SALUR_DATABASE_POOL", "most connections that one process keeps; default 32, 0: no pool"),
    Variable("SALUR_SECRET_KEY", "signs sessions; default: a key file in SALUR_HOME", secret=True),
    Variable("SALUR_CREDENTIAL_KEYS", "keys that encrypt partner credentials, newest first, by comma", secret=True),
    Variable(
        "SALUR_PARTNER_APPS",
        "keys of this installation's own applications at partners, as JSON: partner, then key and value",
        secret=True,
    ),
    Variable("SALUR_BASE_URL", "address that people and partners use; default http://127.0.0.1:8000"),
    Variable("SALUR_ALLOWED_HOSTS", "host names that are answered, by comma; default: the one of SALUR_BASE_URL"),
    Variable("SALUR_OPEN_SIGNUP", "yes: anyone may create an account; default no"),
    Variable("SALUR_DEBUG", "yes: error pages show program internals; never in production"),
    Variable("SALUR_LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR; default INFO"),
)


@dataclass(frozen=True)
class Environment:
    """The settings as Salur uses them. Secrets are left out of ``repr``."""

    home: Path
    database_url: str
    owner_database_url: str
    embedded: bool
    database_pool: int
    secret_key: str
    credential_keys: tuple[str, ...]
    partner_apps: Mapping[str, Mapping[str, str]]
    base_url: str
    allowed_hosts: tuple[str, ...]
    open_signup: bool
    debug: bool
    log_level: str

    def __repr__(self) -> str:
        return f"Environment(home={str(self.home)!r}, embedded={self.embedded}, base_url={self.base_url!r})"

    @property
    def secure(self) -> bool:
        """Whether people reach Salur by https."""
        return self.base_url.startswith("https://")

    @property
    def postgres_folder(self) -> Path:
        """Where the embedded server lives."""
        return self.home / "postgres"


def read(environ: Mapping[str, str] | None = None) -> Environment:
    """The settings in ``environ`` (default: the process's); raises :class:`SettingWrong`."""
    given = os.environ if environ is None else environ
    _refuse_unknown(given)
    home = home_folder(given)
    database_url = given.get("DATABASE_URL", "").strip()
    owner_url = given.get("SALUR_OWNER_DATABASE_URL", "").strip()
    embedded = not database_url
    if embedded:
        database_url, owner_url = _embedded_urls(home)
    base_url = _base_url(given)
    return Environment(
        home=home,
        database_url=_postgresql("DATABASE_URL", database_url),
        owner_database_url=_postgresql("SALUR_OWNER_DATABASE_URL", owner_url) if owner_url else "",
        embedded=embedded,
        database_pool=_number(given, "SALUR_DATABASE_POOL", 32),
        # Without a file yet, a key for this process alone: it can start, but nobody stays signed in.
        secret_key=given.get("SALUR_SECRET_KEY") or _key_file(home, SECRET_FILE) or secrets.token_urlsafe(50),
        credential_keys=_credential_keys(given, home),
        partner_apps=_partner_apps(given),
        base_url=base_url,
        allowed_hosts=_allowed_hosts(given, base_url),
        open_signup=_switch(given, "SALUR_OPEN_SIGNUP"),
        debug=_switch(given, "SALUR_DEBUG"),
        log_level=_log_level(given),
    )


# -- the folder and its keys ----------------------------------------------------------------------------------------

SECRET_FILE, CREDENTIAL_FILE = "secret.key", "credential.key"


def home_folder(environ: Mapping[str, str]) -> Path:
    """``SALUR_HOME``, or the usual place for a program's data on this system."""
    if given := environ.get("SALUR_HOME", "").strip():
        return Path(given).expanduser().absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Salur"
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "Salur"
    if os.geteuid() == 0:
        # Not under root's home: the embedded server runs as another user, which may not enter there.
        return Path("/var/lib/salur")
    return Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "salur"


def prepare_home(environ: Mapping[str, str] | None = None) -> Path:
    """Create the folder and the keys that are neither set nor there; returns the folder."""
    given = os.environ if environ is None else environ
    home = home_folder(given)
    try:
        (home / "files").mkdir(parents=True, exist_ok=True)
        if not given.get("SALUR_SECRET_KEY"):
            _create_key(home / SECRET_FILE, secrets.token_urlsafe(50))
        if not given.get("SALUR_CREDENTIAL_KEYS"):
            _create_key(home / CREDENTIAL_FILE, Fernet.generate_key().decode())
    except OSError as error:
        raise SettingWrong(f"SALUR_HOME: {home} cannot be used ({error}). Set it to a folder you may write.") from error
    return home


def _create_key(path: Path, value: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(value + "\n")


def _key_file(home: Path, name: str) -> str:
    path = home / name
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise SettingWrong(f"{path} cannot be read ({error}).") from error
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise SettingWrong(f"{path} may be read by other users of this machine. Run: chmod 600 {path}")
    return text


def _credential_keys(given: Mapping[str, str], home: Path) -> tuple[str, ...]:
    origin = "SALUR_CREDENTIAL_KEYS"
    text = given.get(origin, "").strip()
    if not text:
        origin, text = str(home / CREDENTIAL_FILE), ",".join(_key_file(home, CREDENTIAL_FILE).split())
    keys = tuple(key.strip() for key in text.split(",") if key.strip())
    for number, key in enumerate(keys, 1):
        try:
            Fernet(key)
        except ValueError as error:
            raise SettingWrong(
                f"{origin}: key {number} is no Fernet key (32 bytes in URL-safe base64). Make one with: "
                'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
            ) from error
    return keys


def _partner_apps(given: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Applications by partner (R24). What is wrong is told without repeating a value."""
    name = "SALUR_PARTNER_APPS"
    text = given.get(name, "").strip()
    if not text:
        return {}
    looks = 'It must look like {"jd": {"app_key": "...", "app_secret": "..."}}.'
    try:
        apps = json.loads(text)
    except ValueError:
        raise SettingWrong(f"{name}: this is no JSON text. {looks}") from None  # the cause would show the text
    if not isinstance(apps, dict) or not all(isinstance(keys, dict) for keys in apps.values()):
        raise SettingWrong(f"{name}: each partner needs an object of its keys. {looks}")
    for partner, keys in apps.items():
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", partner):
            raise SettingWrong(f"{name}: {partner!r} is not the name of a partner (small letters). {looks}")
        for key, value in keys.items():
            if not isinstance(value, str) or not value.strip():
                raise SettingWrong(f"{name}: {partner}.{key} must be a text that is not empty. {looks}")
    return {partner: {key: value.strip() for key, value in keys.items()} for partner, keys in apps.items()}


# -- single values --------------------------------------------------------------------------------------------------


def _embedded_urls(home: Path) -> tuple[str, str]:
    if sys.platform == "win32":
        raise SettingWrong("DATABASE_URL: must be set on Windows, where Salur brings no PostgreSQL of its own.")
    from salur.foundation.postgres.server import APP, OWNER, EmbeddedServer  # needs POSIX; see above

    server = EmbeddedServer(home / "postgres")
    return server.url(APP), server.url(OWNER)


def _refuse_unknown(given: Mapping[str, str]) -> None:
    known = {variable.name for variable in VARIABLES}
    for name in given:
        if name.startswith("SALUR_") and name not in known and not name.startswith("SALUR_TEST_"):
            raise SettingWrong(f"{name}: there is no such setting. Known: {', '.join(sorted(known))}")


def _postgresql(name: str, url: str) -> str:
    if urlsplit(url).scheme not in {"postgresql", "postgres"}:
        raise SettingWrong(f"{name}: must look like postgresql://user:password@host:5432/database (no other database).")
    return url


def _base_url(given: Mapping[str, str]) -> str:
    url = given.get("SALUR_BASE_URL", "").strip().rstrip("/") or "http://127.0.0.1:8000"
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise SettingWrong(f"SALUR_BASE_URL: {url!r} must be http:// or https:// with a host and no path.")
    return url


def _allowed_hosts(given: Mapping[str, str], base_url: str) -> tuple[str, ...]:
    named = tuple(host.strip() for host in given.get("SALUR_ALLOWED_HOSTS", "").split(",") if host.strip())
    own = urlsplit(base_url).hostname or ""
    local = ("127.0.0.1", "localhost", "[::1]") if own in {"127.0.0.1", "localhost"} else ()
    return tuple(dict.fromkeys((own, *local, *named)))


def _switch(given: Mapping[str, str], name: str) -> bool:
    value = given.get(name, "").strip().lower()
    if value not in YES | NO:
        raise SettingWrong(f"{name}: {value!r} is neither yes nor no.")
    return value in YES


def _number(given: Mapping[str, str], name: str, default: int) -> int:
    value = given.get(name, "").strip() or str(default)
    if not value.isdecimal():
        raise SettingWrong(f"{name}: {value!r} is no whole number.")
    return int(value)


def _log_level(given: Mapping[str, str]) -> str:
    level = given.get("SALUR_LOG_LEVEL", "").strip().upper() or "INFO"
    if level not in LOG_LEVELS:
        raise SettingWrong(f"SALUR_LOG_LEVEL: {level!r} is none of {', '.join(LOG_LEVELS)}.")
    return level
