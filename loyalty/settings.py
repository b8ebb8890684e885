"""One settings file. What differs between machines comes from the environment (see `loyalty.environment`)."""

import os
from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONE, SELF
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from loyalty.ui.unfold import UNFOLD as UNFOLD_THEME

from . import environment
from .database import patience
from .timers import LONG, beat_schedule

# Lets annotations name the model of a form, view or manager (`ModelForm[User]`) at run time too.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
ENV = environment.read()

SECRET_KEY = ENV.secret_key
SECRET_KEY_FALLBACKS = ENV.secret_key_fallbacks
DEBUG = False
# Behind a proxy the proxy checks the name; signatures cover the Host header either way.
ALLOWED_HOSTS = ["*"]

INSTALLED_APPS = [
    # Without its own site of configuration pages: see loyalty.staff.site.
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "loyalty.apps.ConfigurationPages",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "import_export",
    "django_htmx",
    "django_cotton",
    "csp",
    "loyalty",
    "loyalty.protection",
    "loyalty.staff",
    "loyalty.program",
    "loyalty.verify",
    "loyalty.catalogue",
    "customers",
    "loyalty.approvals",
    "events",
    "loyalty.accounts",
    "loyalty.points",
    "loyalty.tiers",
    "loyalty.bulk",
    "loyalty.grouping",
    "segments.lists",
    "segments.labels",
    "segments",
    "coupons",
    "rewards.catalogue",
    "rewards.claims",
    "loyalty.transfer",
    "loyalty.sync",
    "loyalty.api",
    "loyalty.ui",
]

MIDDLEWARE = [
    "loyalty.http.request_ids.request_ids",
    "loyalty.http.caching.no_store",
    "loyalty.http.proxies.client_addresses",
    "django.middleware.security.SecurityMiddleware",
    "loyalty.api.middleware.straight_to_the_api",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "loyalty.api.middleware.ClientsAtPages",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "loyalty.ui.middleware.admin_policy",
    "loyalty.ui.middleware.busy_pages",
    "loyalty.ui.middleware.refusals_in_place",
    "loyalty.ui.middleware.waiting_operations",
]

ROOT_URLCONF = "loyalty.urls"
WSGI_APPLICATION = "loyalty.wsgi.application"
# The composition file of the engine: which mechanisms run, in which order.
LOYALTY_PROGRAM = "loyalty.composition"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "loyalty.ui.context.shell",
            ],
            "builtins": ["loyalty.ui.templatetags.ui", "loyalty.points.templatetags.points"],
        },
    }
]

# Migrations run as the owner; everything else as the role that can only insert into write-once tables.
DATABASE_ROLE = os.environ.get("LOYALTY_DATABASE_ROLE", "app")
DATABASES = {"default": ENV.database(DATABASE_ROLE)}
_PROCESS = patience.kind_of_process(DATABASE_ROLE)
LOYALTY_PATIENCE, LOYALTY_THREADED = patience.BY_PROCESS[_PROCESS], patience.is_threaded(_PROCESS)
DATABASES["default"] |= {
    "CONN_MAX_AGE": None,
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {
        **patience.options(_PROCESS, pooled=ENV.pooled_database),
        **DATABASES["default"].get("OPTIONS", {}),
        # The engine's few statements are prepared after their first use on a connection.
        "prepare_threshold": None if ENV.pooled_database else 5,
        "application_name": "loyalty",
        "connect_timeout": 10,
    },
}
# A cell that a spreadsheet would take for a formula is exported as a text.
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": ENV.redis_url,
        "KEY_PREFIX": "loyalty",
    }
}

AUTH_USER_MODEL = "staff.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AUTHENTICATION_BACKENDS = ["loyalty.staff.login.backend.PasswordBackend"]
PASSWORD_HASHERS = ["loyalty.staff.login.hashing.BoundedArgon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {
        "NAME": "loyalty.staff.login.passwords.HardToGuess",
        "OPTIONS": {"names_of_brand": "loyalty.program.queries.names_of_brand"},
    },
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
# The programme's time zone: days, months and expiry are computed in it; instants are stored as UTC.
TIME_ZONE = ENV.time_zone

STATIC_URL = "static/"
STATIC_ROOT = ENV.data_dir / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = ENV.data_dir / "files"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    # First: a stranger's upload is refused before any of it is kept.
    "loyalty.transfer.files.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
# Set by the operator who serves over TLS; a cookie marked secure would lock out the plain local start.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.https
SECURE_HSTS_SECONDS = 31_536_000 if ENV.https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.https else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["loyalty.api.renderers.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["loyalty.api.body.parsers.JsonParser", "loyalty.api.body.parsers.FormParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["loyalty.api.access.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "EXCEPTION_HANDLER": "loyalty.api.errors.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "DEFAULT_GENERATOR_CLASS": "loyalty.api.docs.openapi.Generator",
    "OAS_VERSION": "3.1.1",
    "TITLE": "Loyalty",
    "DESCRIPTION": "Events in, customers, points and orders out. Start at /developers/.",
    "VERSION": "1.0.0",
    "SERVERS": [{"url": "/", "description": "The service that gave this description."}],
    "POSTPROCESSING_HOOKS": [],
}
# How many proxies stand between the clients and this server: so many entries of X-Forwarded-For are theirs.
LOYALTY_TRUSTED_PROXIES = ENV.trusted_proxies
# None: any region label in a signature's scope is accepted; set it to accept one only.
LOYALTY_API_REGION: str | None = None
# How long a process goes on with an API key as it read it: so long a key that was switched off still works.
LOYALTY_API_KEY_SECONDS = 1.0
# How often a process writes down that a key is used.
LOYALTY_API_KEY_NOTED_SECONDS = 60.0

CELERY_BROKER_URL = ENV.redis_url_for_celery
# A worker that is not told which takes from both.
CELERY_TASK_QUEUES = [Queue("celery"), Queue(LONG)]
CELERY_TASK_ROUTES = ("loyalty.timers.route",)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
# Longer than the hard limit: a task that still runs must not be handed out a second time.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# For as long as it takes: a worker that gives up after hours without Valkey would have to be started by somebody.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(ENV.data_dir / "beat-schedule")
# The timers of the rooms, which can be asked once Django is set up.
CELERY_BEAT_SCHEDULE = SimpleLazyObject(beat_schedule)

# Who may be asked for codes of coupons: hosts, and what they know this system by.
CALLBACK_HOSTS = ENV.callback_hosts
CODE_HOSTS, CODE_TOKENS, CODE_HTTP = ENV.code_hosts, ENV.code_tokens, ENV.code_http

EMAIL_URL = ENV.email_url
if EMAIL_URL:
    globals().update(environment.email_settings(EMAIL_URL))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = ENV.email_from

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "loyalty.http.logs.Frames", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "request": {"()": "loyalty.http.logs.RequestLine", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "requests": {"class": "logging.StreamHandler", "formatter": "request"},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "loyalty": {"level": "INFO"},
        "django.request": {"level": "ERROR", "handlers": ["requests"], "propagate": False},
    },
}

UNFOLD = UNFOLD_THEME
