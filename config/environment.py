"""Reading the environment: each function understands its variable completely or refuses it with a sentence."""

import os
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

MOST_A_MINUTE = 1_000_000
# A statement asked for the third time on a connection is planned and kept by the server, which then is given only the
# values. Behind a pooler that hands each transaction another connection and does not know of it: ?prepare=no.
PREPARED = {"server_side_binding": True, "prepare_threshold": 2}


SITE_URL_LOOKS = "请写 https://主机名，或 http://主机名:端口。"
REDIS_URL_LOOKS = "请写 redis://:密码@主机名:6379/0，加密的是 rediss://。"
DATABASE_URL_LOOKS = "请写 postgres://用户名:密码@主机名:5432/数据库名，或 sqlite:////绝对路径；密码里的 @ 写成 %40。"
EMAIL_URL_LOOKS = (
    "请写 smtps://用户名:密码@mail.example.cn:465（或 smtp+tls://…:587、smtp://…:25）；用户名和密码里的 @ 写成 %40。"
)


class NotUnderstood(ImproperlyConfigured):
    """A sentence for whoever set the variable; manage.py and ./run show it alone."""


def read_yes_no(name: str, default: bool) -> bool:
    text = os.environ.get(name, "")
    if text == "":
        return default
    known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in known:
        raise NotUnderstood(f"{name}={text!r} 看不懂：请写 yes 或 no。")
    return known[text.lower()]


def read_seconds(name: str, default: int) -> int:
    return read_whole(name, default, most=86400, of="秒")


def read_whole(name: str, default: int, most: int, of: str) -> int:
    text = os.environ.get(name, "")
    if text == "":
        return default
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise NotUnderstood(f"{name}={text!r} 看不懂：请写 1 到 {most} 的整数（{of}）。")
    return int(text)


def read_pace(name: str, default: dict[str, int]) -> dict[str, int]:
    """Letters a minute by receiving domain, "" for every other: `60,qq.com=30`. What is named takes the place of
    what is chosen here, and a number alone that of the others."""
    paces = dict(default)
    for part in read_names(name, []):
        domain, _, number = part.rpartition("=")
        if not number.isdecimal() or not 1 <= int(number) <= MOST_A_MINUTE or " " in domain:
            raise NotUnderstood(
                f"{name} 里的 {part!r} 看不懂：请写每分钟几封（1 到 {MOST_A_MINUTE}），例如 60,qq.com=30。"
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
        raise NotUnderstood(f"{name}={text!r} 里有空的一项：各项之间请只写一个英文逗号。")
    return names


def read_site_url(default: str) -> str:
    text = os.environ.get("SITE_URL", "") or default
    url = _taken_apart(text, "SITE_URL", SITE_URL_LOOKS)
    if url.scheme not in {"http", "https"} or not url.hostname or url.path.strip("/") or url.query or url.fragment:
        raise NotUnderstood(f"SITE_URL={text!r} 看不懂：{SITE_URL_LOOKS}")
    _port(url, "SITE_URL", SITE_URL_LOOKS)
    return f"{url.scheme}://{url.netloc}"


def read_redis_url() -> str:
    text = os.environ.get("REDIS_URL", "")
    if text and _taken_apart(text, "REDIS_URL", REDIS_URL_LOOKS).scheme not in {"redis", "rediss"}:
        raise NotUnderstood(f"REDIS_URL 看不懂：{REDIS_URL_LOOKS}")
    return text


def read_database_url(default: Path) -> dict:
    """`sqlite:////absolute/path`, `sqlite:///relative/path` or `postgres://user:password@host:port/name`. After a `?`
    may stand libpq's host, sslmode, sslrootcert and connect_timeout, and `prepare=no`, see PREPARED."""
    text = os.environ.get("DATABASE_URL", "")
    if text == "":
        return sqlite_database(str(default))
    url = _taken_apart(text, "DATABASE_URL", DATABASE_URL_LOOKS)
    try:
        options = dict(parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query)))
    except ValueError:
        raise NotUnderstood("DATABASE_URL 在 ? 后面的写法看不懂：请写成 ?sslmode=require 的样子。") from None
    if url.scheme == "sqlite":
        if url.netloc or options or len(url.path) < 2:
            raise NotUnderstood(
                "DATABASE_URL 看不懂：SQLite 请写 sqlite:////绝对路径 或 sqlite:///相对路径，前面是三个斜线。"
            )
        return sqlite_database(unquote(url.path[1:]))
    if url.scheme not in {"postgres", "postgresql"}:
        raise NotUnderstood(f"DATABASE_URL 看不懂：{DATABASE_URL_LOOKS}")
    if not url.path.strip("/"):
        raise NotUnderstood(f"DATABASE_URL 没有写数据库名：{DATABASE_URL_LOOKS}")
    unknown = sorted(set(options) - {"host", "sslmode", "sslrootcert", "connect_timeout", "prepare"})
    if unknown:
        raise NotUnderstood(f"DATABASE_URL 里有看不懂的选项：{'、'.join(unknown)}。")
    prepare = options.pop("prepare", "yes")
    if prepare not in {"yes", "no"}:
        raise NotUnderstood(f"DATABASE_URL 里的 prepare={prepare!r} 看不懂：请写 yes 或 no。")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path[1:]),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        # A folder of a Unix socket cannot stand in a URL's host part; libpq's own form is ?host=/folder.
        "HOST": options.pop("host", url.hostname or ""),
        "PORT": _port(url, "DATABASE_URL", DATABASE_URL_LOOKS),
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
    url = _taken_apart(text, "EMAIL_URL", EMAIL_URL_LOOKS)
    ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    if url.scheme not in ports:
        said = f"“{url.scheme}://”不是邮件服务器的写法" if "://" in text else "开头没有写 smtps:// 之类"
        raise NotUnderstood(f"EMAIL_URL 看不懂：{said}。{EMAIL_URL_LOOKS}")
    if not url.hostname or url.path.strip("/") or url.query or url.fragment:
        raise NotUnderstood(f"EMAIL_URL 看不懂：主机名不对，或后面多了什么。{EMAIL_URL_LOOKS}")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": _port(url, "EMAIL_URL", EMAIL_URL_LOOKS) or ports[url.scheme],
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_TLS": url.scheme == "smtp+tls",
        "EMAIL_USE_SSL": url.scheme == "smtps",
        "EMAIL_TIMEOUT": 60,  # a server that looks through a letter before it takes it; cut short, it arrives twice
    }


def read_definitions_dir() -> None:
    """The folder of another city's editions; forms_tables reads it by itself."""
    text = os.environ.get("DEFINITIONS_DIR", "")
    folder = Path(text)
    if text and (folder / "edition.toml").exists():
        raise NotUnderstood(f"DEFINITIONS_DIR={text!r} 是一套制度自己的文件夹：请写它的上一级（README 第 0 步）。")
    if text and not any(folder.glob("*/edition.toml")):
        why = "里没有一个放着 edition.toml 的文件夹" if folder.is_dir() else "不是一个文件夹"
        raise NotUnderstood(
            f"DEFINITIONS_DIR={text!r} {why}：制度各放一个文件夹，这里写它们的上一级（README 第 0 步）。"
        )


def _taken_apart(text: str, name: str, looks: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:  # brackets that do not close
        raise NotUnderstood(f"{name} 看不懂：{looks}") from None


def _port(url: SplitResult, name: str, looks: str) -> int | str:
    try:
        return url.port or ""
    except ValueError:
        raise NotUnderstood(f"{name} 的端口不是 1 到 65535 的数字：{looks}") from None
