"""The one settings file. What differs between installations comes from the environment; the rest is chosen here.

SITE_URL decides how strict the installation is. On a loopback address it is a local one: its secret is made and kept
under var/, queue and mail server may be missing. Anywhere else it is production; config/checks.py says what is missing.
"""

import os
import secrets
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from config.environment import (
    MOST_A_MINUTE,
    NotUnderstood,
    read_database_url,
    read_definitions_dir,
    read_email_url,
    read_names,
    read_pace,
    read_redis_url,
    read_seconds,
    read_site_url,
    read_whole,
    read_yes_no,
)

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", "") or BASE_DIR / "var").absolute()
VAR_DIR.mkdir(parents=True, exist_ok=True)

SITE_URL = read_site_url(default="http://127.0.0.1:8000")
SITE_HOST = urlsplit(SITE_URL).hostname
LOCAL = SITE_HOST in {"127.0.0.1", "localhost", "::1"}
HTTPS = SITE_URL.startswith("https://")
DEBUG = read_yes_no("DEBUG", default=False)
read_definitions_dir()


def read_secret_key() -> str:
    given = os.environ.get("SECRET_KEY", "")
    if given:
        return given
    if not LOCAL:
        raise NotUnderstood("没有设 SECRET_KEY：SITE_URL 不在本机时必须有，见 deploy/statistics.env.example。")
    kept = VAR_DIR / "secret_key"
    try:
        with open(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    return kept.read_text()


SECRET_KEY = read_secret_key()
ALLOWED_HOSTS = read_names("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if LOCAL else [SITE_HOST])
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "config",
    "accounts",
    "forms_tables",
    "reporting",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "import_export",
]

MIDDLEWARE = [
    "accounts.clock.read_the_installation_once",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "config.incoming.keep_parts_from_pages",
    "config.incoming.explain_not_allowed",
    "reporting.models.in_force.once_per_request",
    "accounts.standing_in.ForAnotherFirm",  # what comes after it sees the address within that firm
    "reporting.practice.addresses.IntoPractice",
    "reporting.totals.gone.SayWhatIsGone",
    "config.incoming.clean_request",  # before a view reads what was sent; after what its own page of refusal reads
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "reporting.frame.context.screen",
            ],
            "builtins": ["reporting.templatetags.city"],
        },
    },
]

# The record, the queue, the letters

DATABASES = {"default": read_database_url(default=VAR_DIR / "db.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = read_redis_url()
CACHES = {
    "default": {
        "BACKEND": "config.cache.Cache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_ALWAYS_EAGER = not REDIS_URL  # without a queue (tests, one-off commands) a task runs where it is asked for
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A request does not hang on a queue that is away, or that takes a connection and never answers.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 5}
CELERY_TASK_PUBLISH_RETRY = False  # the word is lost; the rows are found by the next beat
CELERY_BEAT_SCHEDULER = "config.beat:Scheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 15  # how often the beat leaves its sign of life
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "letters": {"task": "accounts.post.tasks.send_letters", "schedule": timedelta(minutes=1)},
    "reminders": {"task": "reporting.tasks.remind", "schedule": timedelta(minutes=10)},
    "imports": {"task": "reporting.register.tasks.take_up_imports", "schedule": timedelta(minutes=1)},
    "history": {"task": "reporting.history.tasks.take_up_history", "schedule": timedelta(minutes=1)},
    "exports": {"task": "reporting.exports.tasks.take_up_exports", "schedule": timedelta(minutes=1)},
    "columns": {"task": "reporting.city_columns.tasks.store_columns", "schedule": timedelta(minutes=10)},
    "classes": {"task": "reporting.consequence.tasks.measure_classes", "schedule": timedelta(minutes=10)},
    "evenings": {"task": "reporting.estimates.tasks.keep_past_evenings", "schedule": timedelta(minutes=10)},
}

vars().update(read_email_url(folder=VAR_DIR / "mail"))
LETTER_LEASE = timedelta(seconds=read_seconds("LETTER_LEASE", default=300))  # longer than handing one over takes
LETTER_DAYS = timedelta(days=read_whole("LETTER_DAYS", default=4, most=30, of="天"))  # how long a letter is tried
MAILBOX_FULL_DAYS = timedelta(days=read_whole("MAILBOX_FULL_DAYS", default=3, most=30, of="天"))  # then it is a task
TAKEOVER_DAYS = read_whole("TAKEOVER_DAYS", default=3, most=30, of="工作日")  # to object to a firm's takeover
MAIL_PER_CONNECTION = read_whole("MAIL_PER_CONNECTION", default=20, most=1000, of="封")
# Letters a minute to each receiving domain before anybody complains. A folder takes any number.
BY_MAIL = {"": 60, **dict.fromkeys(["qq.com", "foxmail.com", "163.com", "126.com", "yeah.net"], 30)}
MAIL_PACE = read_pace("MAIL_PACE", default=BY_MAIL if os.environ.get("EMAIL_URL") else {"": MOST_A_MINUTE})
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM", "") or f"noreply@{SITE_HOST}"
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# People

AUTH_USER_MODEL = "accounts.User"
OFFICE_NAMES = "reporting.register.facts.office_called"  # what the city calls those a role acts for
LAST_COPY = "launch.backups.last_made"  # when ./run --real last made a copy
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.NameCodeOrMobile",
]

PASSWORD_HASHERS = [
    "accounts.passwords.Argon2",  # a hash of other figures still opens, and is made anew at that sign-in
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "accounts.passwords.WithoutTheUserName"},
    {"NAME": "accounts.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 7 * 24 * 3600  # how long an activation link lives; accounts/links.py gives a reset one day

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "accounts/locked_out.html"
AXES_CLIENT_IP_CALLABLE = "config.addresses.client_address"
AXES_VERBOSE = False

# What browsers are told

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None  # deploy/nginx.conf sets it
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
X_FRAME_OPTIONS = "DENY"

DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # an annual 软统企4 alone has hundreds of cells
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Language, time, files

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = LOCAL  # a local installation serves static/ as it lies; production collects it first
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "config.static_files.StaticFiles"
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {
        "refusals": {"()": "django.utils.log.CallbackFilter", "callback": "ext://config.incoming.without_traceback"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refusals"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"level": "INFO"},
        "axes": {"level": "WARNING"},
        "celery.app.trace": {"level": "INFO" if REDIS_URL else "WARNING"},
    },
}
