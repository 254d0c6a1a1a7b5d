"""The embedded server's settings, as the text of a configuration file."""

from __future__ import annotations

from enum import Enum
from pathlib import Path


class Profile(Enum):
    """How much the server does to survive a power cut."""

    DURABLE = "durable"
    FAST = "fast"  # for tests: nothing is forced to disk, a crash of the machine loses the data


_COMMON = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "password_encryption": "scram-sha-256",
    "jit": "off",  # the queries are short; compiling them costs more than it saves
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_locks_per_transaction": "256",
}

_DURABLE = {
    "shared_buffers": "256MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "synchronous_commit": "on",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "effective_io_concurrency": "100",
    "log_min_duration_statement": "2s",
    "log_lock_waits": "on",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
}

_FAST = {
    "shared_buffers": "128MB",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum_naptime": "10s",
    "checkpoint_timeout": "1h",
    "max_wal_size": "4GB",
}


def configuration(profile: Profile, socket_folder: Path) -> str:
    """The file's text: one ``name = 'value'`` a line."""
    chosen = {
        **_COMMON,
        **(_FAST if profile is Profile.FAST else _DURABLE),
        "unix_socket_directories": f'"{socket_folder}"',
    }
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in chosen.items()]
    return "\n".join(["# written by Salur at every start; changes here are lost", *lines, ""])
