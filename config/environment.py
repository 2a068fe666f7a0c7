"""Reading the environment: each function understands its variable completely or refuses it with a sentence."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

MOST_A_MINUTE = 1_000_000
# A statement asked for the third time on a connection is planned and kept by the server, which then is given only the
# values. Behind a pooler that hands each transaction another connection and does not know of it: ?prepare=no.
PREPARED = {"server_side_binding": True, "prepare_threshold": 2}


def read_yes_no(name: str, default: bool) -> bool:
    text = os.environ.get(name, "")
    if text == "":
        return default
    known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in known:
        raise ImproperlyConfigured(f"{name}={text!r} is not understood; write yes or no.")
    return known[text.lower()]


def read_seconds(name: str, default: int) -> int:
    return read_whole(name, default, most=86400, of="seconds")


def read_whole(name: str, default: int, most: int, of: str) -> int:
    text = os.environ.get(name, "")
    if text == "":
        return default
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise ImproperlyConfigured(f"{name}={text!r} is not understood; write whole {of}, 1 to {most}.")
    return int(text)


def read_pace(name: str, default: dict[str, int]) -> dict[str, int]:
    """Letters a minute by receiving domain, "" for every other: `60,qq.com=30`. What is named takes the place of
    what is chosen here, and a number alone that of the others."""
    paces = dict(default)
    for part in read_names(name, []):
        domain, _, number = part.rpartition("=")
        if not number.isdecimal() or not 1 <= int(number) <= MOST_A_MINUTE or " " in domain:
            raise ImproperlyConfigured(
                f"{name} has {part!r}, which is not understood; write letters a minute, 1 to {MOST_A_MINUTE}: "
                "60,qq.com=30."
            )
        paces[domain.lower()] = int(number)
    return paces


def read_names(name: str, default: list[str]) -> list[str]:
    """A list with commas between; spaces around a name are dropped, an empty name is refused."""
    text = os.environ.get(name, "")
    if text == "":
        return default
    names = [part.strip() for part in text.split(",")]
    if "" in names:
        raise ImproperlyConfigured(f"{name}={text!r} has an empty entry; write names with one comma between.")
    return names


def read_site_url(default: str) -> str:
    text = os.environ.get("SITE_URL", "") or default
    url = urlsplit(text)
    if url.scheme not in {"http", "https"} or not url.hostname or url.path.strip("/") or url.query or url.fragment:
        raise ImproperlyConfigured(f"SITE_URL={text!r} is not understood; write https://host or http://host:port.")
    _port(url, "SITE_URL")
    return f"{url.scheme}://{url.netloc}"


def read_redis_url() -> str:
    text = os.environ.get("REDIS_URL", "")
    if text and urlsplit(text).scheme not in {"redis", "rediss"}:
        raise ImproperlyConfigured("REDIS_URL must begin with redis:// or rediss://.")
    return text


def read_database_url(default: Path) -> dict:
    """`sqlite:////absolute/path`, `sqlite:///relative/path` or `postgres://user:password@host:port/name`. After a `?`
    may stand libpq's host, sslmode, sslrootcert and connect_timeout, and `prepare=no`, see PREPARED."""
    text = os.environ.get("DATABASE_URL", "")
    if text == "":
        return sqlite_database(str(default))
    url = urlsplit(text)
    options = dict(parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query)))
    if url.scheme == "sqlite":
        if url.netloc or options or len(url.path) < 2:
            raise ImproperlyConfigured(
                "DATABASE_URL: SQLite is written sqlite:////absolute/path or sqlite:///relative."
            )
        return sqlite_database(unquote(url.path[1:]))
    if url.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:/// or postgres://.")
    if not url.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL names no database: postgres://user:password@host:port/name.")
    unknown = sorted(set(options) - {"host", "sslmode", "sslrootcert", "connect_timeout", "prepare"})
    if unknown:
        raise ImproperlyConfigured(f"DATABASE_URL has options that are not understood: {', '.join(unknown)}.")
    prepare = options.pop("prepare", "yes")
    if prepare not in {"yes", "no"}:
        raise ImproperlyConfigured(f"DATABASE_URL has prepare={prepare!r}; write yes or no.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path[1:]),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        # A folder of a Unix socket cannot stand in a URL's host part; libpq's own form is ?host=/folder.
        "HOST": options.pop("host", url.hostname or ""),
        "PORT": _port(url, "DATABASE_URL"),
        "OPTIONS": options | (PREPARED if prepare == "yes" else {}),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def sqlite_database(name: str) -> dict:
    """WAL lets readers go on beside the one writer; IMMEDIATE makes a writer wait its turn instead of failing."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
    }


def read_email_url(folder: Path) -> dict:
    """`smtp://user:password@host:25`, `smtp+tls://` (STARTTLS), `smtps://`; without a URL, letters go to a folder."""
    text = os.environ.get("EMAIL_URL", "")
    if text == "":
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": str(folder)}
    url = urlsplit(text)
    ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    if url.scheme not in ports or not url.hostname or url.path.strip("/") or url.query:
        raise ImproperlyConfigured("EMAIL_URL must be smtp://, smtp+tls:// or smtps://user:password@host:port.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": _port(url, "EMAIL_URL") or ports[url.scheme],
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_TLS": url.scheme == "smtp+tls",
        "EMAIL_USE_SSL": url.scheme == "smtps",
        "EMAIL_TIMEOUT": 60,  # a server that looks through a letter before it takes it; cut short, it arrives twice
    }


def _port(url, name: str) -> int | str:
    try:
        return url.port or ""
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} has a port that is not a number.") from error
