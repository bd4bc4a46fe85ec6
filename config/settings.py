"""
All settings, in one file; what differs between machines comes from the environment.

docs/operations.md lists the variables.
"""

import hashlib
import hmac
import os
from pathlib import Path
from typing import Any

import structlog
from csp.constants import NONCE, NONE, SELF
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from config.back_office import UNFOLD as UNFOLD
from config.database import connection_settings, role_names
from config.home import secret_key, state_dir

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = state_dir()


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, str(default)).lower() in {"1", "true", "yes"}


def _derived(purpose: str) -> bytes:
    """A key of its own for each purpose, all from the one secret that an installation keeps."""
    return hmac.new(SECRET_KEY.encode(), purpose.encode(), hashlib.sha256).digest()


SECRET_KEY = secret_key()
TENANT_TOKEN_KEY = _derived("tenant-token")
FIELD_ENCRYPTION_KEY = _derived("field-encryption")
BLIND_INDEX_KEY = _derived("blind-index")

DEBUG = _flag("GRANARY_DEBUG")
ALLOWED_HOSTS = os.environ.get("GRANARY_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("GRANARY_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "config.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "django_filters",
    "django_prometheus",
    "django_structlog",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_outbox",
    "tenancy",
    "ledger",
    "scoring",
    "lending",
    "partners",
    "merchants",
    "rural",
    "config.apps.ConfigConfig",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tenancy.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
    # Last, so that its process_view wraps the view after every other check has passed.
    "tenancy.middleware.RoomMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tenancy.middleware.room_context",
            ],
        },
    },
]

# Which role this process plays towards the database: manage.py asks to be the owner for
# migrations; everything else is the app, which neither owns a table nor bypasses a policy.
DATABASE_ROLES = role_names()
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **connection_settings(os.environ.get("GRANARY_DB_ROLE", "app")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "tenancy.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = reverse_lazy("sign_in")
LOGIN_REDIRECT_URL = "/admin/"
LOGOUT_REDIRECT_URL = "/"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "tenancy.addresses.client_address"

# Behind TLS only where TLS is: the demonstration speaks plain HTTP on this machine.
_TLS = _flag("GRANARY_TLS")
SECURE_SSL_REDIRECT = _TLS
SECURE_HSTS_SECONDS = 31_536_000 if _TLS else 0
# How many proxies of our own stand before us, each adding to X-Forwarded-For.
TRUSTED_PROXIES = int(os.environ.get("GRANARY_TRUSTED_PROXIES", "0"))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _TLS else None
SESSION_ENGINE = "tenancy.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _TLS
SESSION_COOKIE_AGE = 12 * 3600
CSRF_FAILURE_VIEW = "tenancy.api.faults.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "data:"],
        "font-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
# Served straight from the apps, each file with its hash as ETag: nothing to collect first.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 300
DOCUMENT_ROOT = Path(os.environ.get("GRANARY_DOCUMENTS", HOME / "documents"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

# The rail that new payment orders go over, and how badly its sandbox behaves: so many references
# of a thousand fail, answer late, answer twice, or find the rail down once.
PAYMENT_RAIL = os.environ.get("GRANARY_PAYMENT_RAIL", "sandbox")
PAYMENT_SANDBOX: dict[str, Any] = {
    "seed": "sandbox",
    "odds": {"fail": 10, "slow": 30, "twice": 50, "down_once": 20},
    "seconds": 0.0,
    "slow_seconds": 3.0,
}

OAUTH2_PROVIDER_APPLICATION_MODEL = "tenancy.ApiClient"
OAUTH2_PROVIDER = {
    "SCOPES": {"lending": "Apply, draw, repay and read one's own loans"},
    "DEFAULT_SCOPES": ["lending"],
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "ALLOWED_GRANT_TYPES": ["client-credentials"],
    "OAUTH2_VALIDATOR_CLASS": "tenancy.api.authentication.TokenValidator",
    # Tokens are kept as SHA-256 only; none travels in an address (RFC 9700).
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
}

# Requests for a token within one minute: of one client id from one address, and of an address.
TOKEN_REQUESTS_PER_MINUTE = {"client": 30, "address": 300}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tenancy.api.authentication.ClientAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["tenancy.api.parsing.StrictJsonParser"],
    "DEFAULT_SCHEMA_CLASS": "tenancy.api.schema.ApiSchema",
    "EXCEPTION_HANDLER": "tenancy.api.problems.answer",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Granary",
    "DESCRIPTION": "Apply, accept, draw, repay and follow loans. Guide: docs/api-guide.md",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/(api|bank)/v1",
    "DEFAULT_GENERATOR_CLASS": "tenancy.api.schema.ApiGenerator",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    # The page's files come from this server, never from another host.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "tenancy.api.schema.close_requests",
    ],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

# A real installation has TLS, and is not to be talked into calling its own network.
WEBHOOKS_TO_PUBLIC_ADDRESSES_ONLY = _TLS

CELERY_OUTBOX_APP = "config.celery.app"
# A task logs under the request that sent it.
DJANGO_STRUCTLOG_CELERY_ENABLED = True

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                structlog.processors.format_exc_info,
            ],
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": os.environ.get("GRANARY_LOG_LEVEL", "WARNING")},
}
