"""Every setting, from the environment, with defaults that are safe on one machine.

`.env.example` lists what an owner may set; nothing else in the code reads the environment.
"""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(str(BASE_DIR / ".env"))

# A variable that is set to nothing is one that is not set: so is a copy of .env.example.
DATA_DIR = Path(env.str("DATA_DIR", default="") or BASE_DIR / "var")


def _own_secret_key() -> str:
    """A key kept beside the database, for an installation whose owner has set none."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()


DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or _own_secret_key()
# Keys the stored credentials are encrypted with, newest first; older ones only decrypt.
CREDENTIALS_KEYS: list[str] = env.list("CREDENTIALS_KEYS", default=[])

# Where shops and MoySklad reach the bridge; without it everything works by polling.
BRIDGE_PUBLIC_URL: str = env.str("BRIDGE_PUBLIC_URL", default="").rstrip("/")
BRIDGE_ALLOW_PRIVATE_HOSTS: bool = env.bool("BRIDGE_ALLOW_PRIVATE_HOSTS", default=False)
# Certificate authorities of one's own (PEM), believed beside the public ones.
TLS_CA_FILE: str = env.str("TLS_CA_FILE", default="")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
if BRIDGE_PUBLIC_URL:
    ALLOWED_HOSTS.append(urlsplit(BRIDGE_PUBLIC_URL).hostname or "localhost")
    CSRF_TRUSTED_ORIGINS = [BRIDGE_PUBLIC_URL]

# --- timing, in seconds ---------------------------------------------------------------------------
BEAT_SECONDS: float = env.float("BEAT_SECONDS", default=5.0)
HEARTBEAT_TIMEOUT: float = env.float("HEARTBEAT_TIMEOUT", default=90.0)
LEASE_SECONDS: float = env.float("LEASE_SECONDS", default=360.0)
# Touched whenever a worker of this machine takes something: its supervisor and health check look at it (pulse.py).
PULSE_FILE: str = env.str("PULSE_FILE", default="") or str(DATA_DIR / "worker.pulse")
READY_MAX_LAG: float = env.float("READY_MAX_LAG", default=600.0)
# Calls of one user in three seconds; 11 for a user token from December 2026, 45 for a solution (facts in docs).
MOYSKLAD_CALLS: int = env.int("MOYSKLAD_CALLS", default=11)
MOYSKLAD_PARALLEL: int = env.int("MOYSKLAD_PARALLEL", default=5)
# How far the workers give way to who answers on a busy machine: at 10 they weigh a tenth, at 0 as much as anybody.
WORKER_NICENESS: int = min(max(env.int("WORKER_NICENESS", default=10), 0), 19)
RETRY_SCALE: float = env.float("RETRY_SCALE", default=1.0)
EVENT_TOLERANCE: float = env.float("EVENT_TOLERANCE", default=300.0)
EVENT_MAX_BYTES = 1_000_000
REQUEST_MAX_BYTES = 20_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

# --- how long what is kept of people stays, in days; 0: for good (docs/personal-data.md) ----------------
KEEP_EVENT_BODIES_DAYS: int = env.int("KEEP_EVENT_BODIES_DAYS", default=90)
KEEP_ATTEMPTS_DAYS: int = env.int("KEEP_ATTEMPTS_DAYS", default=365)
KEEP_ALERTS_DAYS: int = env.int("KEEP_ALERTS_DAYS", default=365)
KEEP_HISTORY_DAYS: int = env.int("KEEP_HISTORY_DAYS", default=0)
# Of orders that have ended. Sooner than this a refund, a return or a closing report may still ask whose they were.
KEEP_PERSONAL_DAYS: int = env.int("KEEP_PERSONAL_DAYS", default=0)
if KEEP_PERSONAL_DAYS and KEEP_PERSONAL_DAYS < 30:
    raise ImproperlyConfigured(
        f"KEEP_PERSONAL_DAYS is {KEEP_PERSONAL_DAYS}: at least 30 days, or 0 for good (docs/personal-data.md)."
    )

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_q",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "bridge",
]

MIDDLEWARE = [
    "bridge.apilog.incoming.IncomingCalls",
    "bridge.inbox.request_size.RequestSize",
    "django.middleware.security.SecurityMiddleware",
    "bridge.dashboard.content_policy.ContentPolicy",
    "django.middleware.common.CommonMiddleware",
    "bridge.inbox.straight.StraightToTheDoors",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "bridge.dashboard.language.ChosenLanguage",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "bridge.people.sessions.Sessions",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "bridge.urls"
WSGI_APPLICATION = "bridge.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "bridge" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- alerts (docs/alerts.md) ------------------------------------------------------------------------
# The mail server alerts go through where none is entered on the desk: smtp+ssl://login:password@host:465
EMAIL_URL: str = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="sklad-bridge@localhost")
TELEGRAM_API_URL: str = env.str("TELEGRAM_API_URL", default="https://api.telegram.org").rstrip("/")

# --- database -------------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url_config(
        env.str("DATABASE_URL", default="") or f"sqlite:///{DATA_DIR / 'bridge.sqlite3'}"
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    # Web and workers write at once: a writer takes the lock when its transaction begins and others
    # wait for it, instead of failing half-way on an upgrade from reading to writing. A power cut may take the last of
    # what workers wrote, which is found again as after a restored backup; what the web process answered for it syncs
    # itself (wsgi.py), and with it all that was written before.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # Tests use a file too, one of each run: the processes they start must see the same database.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / f"test-{os.getpid()}.sqlite3")}
DATABASES["default"].update({"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- queue: it only wakes us, the truth is in our tables (docs/adr/0002) ------------------------------
REDIS_URL: str = env.str("REDIS_URL", default="")
Q_CLUSTER: dict[str, Any] = {
    "name": env.str("QUEUE_NAME", default="sklad-bridge"),
    "label": "Queue",
    "workers": env.int("WORKERS", default=4),
    "timeout": 420,
    "retry": 500,
    "max_attempts": 1,
    "ack_failures": True,
    "catch_up": False,
    "scheduler": False,
    "save_limit": -1,
    "recycle": 1000,
    "poll": 0.1,
    "bulk": 4,
    "log_level": "WARNING",
}
Q_CLUSTER.update({"redis": REDIS_URL} if REDIS_URL else {"orm": "default"})

# --- people -----------------------------------------------------------------------------------------
LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", _("Russian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "bridge" / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Moscow")
USE_I18N = True
USE_TZ = True
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTHENTICATION_BACKENDS = [
    "bridge.people.throttle.AddressBackend",
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
BEHIND_PROXY: bool = env.bool("BEHIND_PROXY", default=False)
# Five wrong passwords for a name from one address, and the name waits there for a quarter of an hour (docs/people.md).
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
# So many of one address, whatever the names: then no password from there is looked at for as long.
ADDRESS_FAILURE_LIMIT = 50
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "bridge.people.throttle.locked_out"
AXES_CLIENT_IP_CALLABLE = "bridge.people.throttle.address_of"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
OTP_TOTP_ISSUER = "Sklad Bridge"
# 12 hours after the last thing a person did; bridge/people/sessions.py renews it and knows the longest.
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = True

# --- transport and pages (docs/security.md) -----------------------------------------------------------
ENCRYPTED = BRIDGE_PUBLIC_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = ENCRYPTED
SECURE_HSTS_SECONDS: int = int(env.str("HSTS_SECONDS", default="") or (365 * 24 * 3600 if ENCRYPTED else 0))
# Only the proxy can tell how a request came; whoever watches the process from beside it asks without TLS.
SECURE_SSL_REDIRECT = ENCRYPTED and BEHIND_PROXY
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics"]
# Other names below the bridge's belong to whoever owns the domain, and so does a place in browsers' built-in lists.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
# What a page may load and run (docs/adr/0015): nothing of others, nothing written into the page.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# Pages made with Unfold: Alpine evaluates the attributes of its templates, which hold styles too.
DESK_POLICY = {
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
}

# --- the API (docs/api.md) --------------------------------------------------------------------------
# Tokens are rows of ours, which have names and roles; knox makes and hashes them. Its own table is not made.
KNOX_TOKEN_MODEL = "bridge.ApiToken"  # noqa: S105 a table
MIGRATION_MODULES = {"knox": None}
REST_KNOX = {"TOKEN_TTL": None, "TOKEN_PREFIX": "skb_", "AUTH_HEADER_PREFIX": "Bearer"}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    # Of one person or token; each web process counts for itself.
    "DEFAULT_THROTTLE_RATES": {"reads": "600/min", "deeds": "120/min"},
    # Throttles count by the caller's address, which behind a proxy only that proxy's header tells.
    "NUM_PROXIES": 1 if SECURE_PROXY_SSL_HEADER else 0,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Sklad Bridge",
    "DESCRIPTION": "What the desk shows and does, for programs. Rules that hold for all addresses: docs/api.md.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAdminUser"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": False, "docExpansion": "none"},
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "bridge.api.door_shapes.with_doors",
        "bridge.api.examples.with_examples",
        "bridge.api.schema.with_refusals",
    ],
}

# --- what machines that watch the bridge are given (docs/operations.md) -------------------------------
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")
SENTRY_DSN: str = env.str("SENTRY_DSN", default="")
SENTRY_ENVIRONMENT: str = env.str("SENTRY_ENVIRONMENT", default="") or "production"
LOG_FORMAT: str = env.str("LOG_FORMAT", default="") or "text"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"about": {"()": "bridge.telemetry.logs.About"}},
    "formatters": {
        "text": {
            "()": "bridge.telemetry.logs.Line",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "json": {"()": "bridge.telemetry.logs.Json"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "filters": ["about"], "formatter": LOG_FORMAT}
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},
        "django-q": {"level": "WARNING", "handlers": ["console"], "propagate": False},
        "urllib3": {"level": "WARNING"},
    },
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Sklad Bridge",
    "SITE_HEADER": "Sklad Bridge",
    "SITE_SUBHEADER": _("WooCommerce and MoySklad"),
    "SITE_SYMBOL": "sync_alt",
    "SITE_URL": None,
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("bridge/icon.svg")}
    ],
    "STYLES": [lambda request: static("bridge/desk.css")],
    "SCRIPTS": [lambda request: static("bridge/desk.js")],
    "ACCOUNT": {"navigation": "bridge.dashboard.navigation.own_links"},
    "DASHBOARD_CALLBACK": "bridge.dashboard.home.dashboard",
    "SIDEBAR": {"navigation": "bridge.dashboard.navigation.sidebar"},
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 254.604)",
            "100": "oklch(93.2% .032 255.585)",
            "200": "oklch(88.2% .059 254.128)",
            "300": "oklch(80.9% .105 251.813)",
            "400": "oklch(70.7% .165 254.624)",
            "500": "oklch(62.3% .214 259.815)",
            "600": "oklch(54.6% .245 262.881)",
            "700": "oklch(48.8% .243 264.376)",
            "800": "oklch(42.4% .199 265.638)",
            "900": "oklch(37.9% .146 265.522)",
            "950": "oklch(28.2% .091 267.935)",
        },
    },
}
