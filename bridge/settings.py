"""Every setting, from the environment, with defaults that are safe on one machine.

`.env.example` lists what an owner may set; nothing else in the code reads the environment.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(str(BASE_DIR / ".env"))

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))


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
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
if BRIDGE_PUBLIC_URL:
    ALLOWED_HOSTS.append(urlsplit(BRIDGE_PUBLIC_URL).hostname or "localhost")
    CSRF_TRUSTED_ORIGINS = [BRIDGE_PUBLIC_URL]

# --- timing, in seconds ---------------------------------------------------------------------------
BEAT_SECONDS: float = env.float("BEAT_SECONDS", default=5.0)
HEARTBEAT_TIMEOUT: float = env.float("HEARTBEAT_TIMEOUT", default=90.0)
LEASE_SECONDS: float = env.float("LEASE_SECONDS", default=360.0)
READY_MAX_LAG: float = env.float("READY_MAX_LAG", default=600.0)
# Calls of one user in three seconds; 11 for a user token from December 2026, 45 for a solution (facts in docs).
MOYSKLAD_CALLS: int = env.int("MOYSKLAD_CALLS", default=11)
MOYSKLAD_PARALLEL: int = env.int("MOYSKLAD_PARALLEL", default=5)
RETRY_SCALE: float = env.float("RETRY_SCALE", default=1.0)
EVENT_TOLERANCE: float = env.float("EVENT_TOLERANCE", default=300.0)
EVENT_MAX_BYTES = 1_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

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
    "drf_spectacular",
    "django_q",
    "bridge",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "bridge.dashboard.language.ChosenLanguage",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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

# --- database -------------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'bridge.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    # Web and workers write at once: a writer takes the lock when its transaction begins and others
    # wait for it, instead of failing half-way on an upgrade from reading to writing.
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
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = True

SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BRIDGE_PUBLIC_URL.startswith("https://")
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Sklad Bridge",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAdminUser"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django_q": {"level": "WARNING"},
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
