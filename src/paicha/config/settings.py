"""Django's settings. Read from the environment once, from nowhere else:

PAICHA_HOME           the folder of database, secrets, uploads and outputs (default ./var)
DATABASE_URL          postgresql://… instead of the embedded database
PAICHA_HOSTS          names and addresses, by comma, under which browsers reach this server
PAICHA_TLS            1 when browsers come by https (secure cookies, HSTS)
PAICHA_SECRET_KEY, PAICHA_AUDIT_KEY    instead of the files in the home, where several machines serve one county
PAICHA_DEBUG          1 on a developer's machine
"""

from __future__ import annotations

import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from paicha.config.database import DatabaseAddressError, settings_for
from paicha.config.home import home_dir, secret
from paicha.core.catalogue import sentence

# Our own apps, lowest first. A new app of domain/ or delivery/ is added here; its label is its folder's name.
PAICHA_APPS = [
    "paicha.domain.clock",
    "paicha.domain.audit",
    "paicha.domain.files",
    "paicha.domain.once",
    "paicha.domain.areas",
    "paicha.domain.accounts",
    "paicha.domain.households",
    "paicha.domain.duplicates",
    "paicha.domain.search",
    "paicha.domain.rounds",
    "paicha.domain.responses",
    "paicha.domain.problems",
    "paicha.domain.cases",
    "paicha.domain.verification",
    "paicha.domain.referrals",
    "paicha.domain.handover",
    "paicha.domain.sync",
    "paicha.delivery.desk",
    "paicha.delivery.api",
    "paicha.delivery.field",
]

INSTALLED_APPS = [
    *PAICHA_APPS,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_tasks",
    "django_tasks_db",
]


def _flag(name: str) -> bool:
    return os.environ.get(name, "").strip().lower() in ("1", "true", "yes", "on")


def _env_list(name: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


# --- the home, its secrets, its database ---------------------------------------------------------------------

PAICHA_HOME = home_dir(os.environ)
try:
    SECRET_KEY = os.environ.get("PAICHA_SECRET_KEY") or secret(PAICHA_HOME, "secret.key")
    AUDIT_KEY = os.environ.get("PAICHA_AUDIT_KEY") or secret(PAICHA_HOME, "audit.key")
except OSError as error:
    raise ImproperlyConfigured(sentence("E04", home=PAICHA_HOME, why=error.strerror)) from error
try:
    DATABASES: dict[str, dict[str, Any]] = {
        "default": settings_for(PAICHA_HOME, os.environ.get("DATABASE_URL"))
    }
except DatabaseAddressError as error:
    raise ImproperlyConfigured(str(error)) from error

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = PAICHA_HOME / "files"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- requests --------------------------------------------------------------------------------------------------

DEBUG = _flag("PAICHA_DEBUG")
TLS = _flag("PAICHA_TLS")
ALLOWED_HOSTS = _env_list("PAICHA_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
ROOT_URLCONF = "paicha.config.urls"
WSGI_APPLICATION = "paicha.config.wsgi.application"

MIDDLEWARE = [
    "paicha.config.health.Health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "paicha.delivery.desk.shell.middleware.Bounds",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "paicha.config.sessions.IdleLogout",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    # Deny by default: a page for strangers says so with @login_not_required.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "paicha.delivery.desk.shell.middleware.FirstPassword",
    "paicha.delivery.desk.shell.middleware.SecondFactor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "paicha.delivery.desk.shell.once.Once",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("django.template.loaders.cached.Loader", ["paicha.config.templates.Loader"])],
            "builtins": ["paicha.delivery.desk.templatetags.once"],  # the token of a form, and its id
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATA_UPLOAD_MAX_MEMORY_SIZE = 8_000_000  # a batch of two hundred households, or of photos
# A sheet of fifteen rows by twenty columns, and the 326 workbooks of a county chosen at once.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 1000
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # served from the packages themselves: no collect step, no copy to go stale
WHITENOISE_AUTOREFRESH = DEBUG

# --- who comes in ----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "paicha.domain.accounts.backend.AccountBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"

# Roles that ask for a second factor get one. Never off in a home; tests of other things switch it off.
SECOND_FACTOR = True

# By account, from wherever the guesses come: a town office often shares one address.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "paicha.delivery.desk.account.sign_in.locked"
AXES_VERBOSE = False

# --- what the browser may do -----------------------------------------------------------------------------------

IDLE_SECONDS = 30 * 60
SESSION_COOKIE_NAME = "paicha"
SESSION_COOKIE_AGE = IDLE_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = TLS
CSRF_COOKIE_NAME = "paicha_csrf"
CSRF_FAILURE_VIEW = "paicha.delivery.desk.account.sign_in.csrf_failure"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # htmx sends the token from the page, not from the cookie
CSRF_COOKIE_SECURE = TLS
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if TLS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if TLS else None  # browsers ignore it, loudly, without TLS
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- language and clock ----------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

SILENCED_SYSTEM_CHECKS = [
    "axes.W006",  # by account alone, see AXES_LOCKOUT_PARAMETERS
    *([] if TLS else ["security.W004", "security.W008", "security.W012", "security.W016"]),
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
