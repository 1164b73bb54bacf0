"""Django's settings, made from the table in `env.py`; what is here is not meant to be changed."""

from __future__ import annotations

import secrets
from pathlib import Path

from tellonce.hub import env

# The path of the data. An app imports, and points foreign keys at, only apps before it.
APPS = [
    "core",
    "bridge",
    "jobs",
    "vault",
    "audit",
    "accounts",
    "policy",
    "events",
    "sources",
    "quality",
    "matching",
    "customers",
    "intake",
    "activity",
    "consents",
    "upkeep",
    "corrections",
    "snapshots",
    "segments",
    "subscriptions",
    "privacy",
    "insight",
    "assessment",
    "api",
    "console",
    "portal",
]
_HUB = Path(__file__).parent

TELLONCE_HOME: Path = env.read("TELLONCE_HOME")
TELLONCE_USER: str = env.read("TELLONCE_USER")
TELLONCE_PRODUCTION: bool = env.read("TELLONCE_PRODUCTION")
TELLONCE_MASTER_KEY_FILE = Path(
    env.read("TELLONCE_MASTER_KEY_FILE") or TELLONCE_HOME / "master.key"
)

_secret_file = TELLONCE_HOME / "secret.key"
SECRET_KEY: str = env.read("TELLONCE_SECRET_KEY") or (
    _secret_file.read_text(encoding="utf-8").strip() if _secret_file.is_file() else ""
)
if TELLONCE_PRODUCTION:
    env.refuse_unsafe(SECRET_KEY, env.read("TELLONCE_DATABASE_URL"))
SECRET_KEY = SECRET_KEY or secrets.token_urlsafe(48)  # before `init`: good for this process only

DATABASES = {
    "default": env.database(
        env.read("TELLONCE_DATABASE_URL"), TELLONCE_HOME, env.read("TELLONCE_DATABASE_TIMEOUT")
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "oauth2_provider",
    *(f"tellonce.hub.{app}" for app in APPS if (_HUB / app / "__init__.py").is_file()),
]
AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "tellonce.hub.accounts.hashers.RandomSecretHasher",
]

# Only client credentials are served (hub/api/tokens.py); every gate is shut all the same.
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER = {
    "SCOPES_BACKEND_CLASS": "tellonce.hub.accounts.scopes.ClientScopes",
    "CLIENT_SECRET_HASHER": "pbkdf2_random",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 600,
    "REFRESH_TOKEN_EXPIRE_SECONDS": 86_400,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "PKCE_REQUIRED": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}

DEBUG = False
ALLOWED_HOSTS: list[str] = env.read("TELLONCE_HOSTS")
ROOT_URLCONF = "tellonce.hub.urls"
WSGI_APPLICATION = "tellonce.hub.wsgi.application"
MIDDLEWARE = [
    "tellonce.hub.core.requests.with_request_id",
    "tellonce.hub.observing.watching.observed",
    "tellonce.hub.observing.probes.answer_probes",
    "django.middleware.security.SecurityMiddleware",
    "tellonce.hub.core.headers.strict_headers",
    "tellonce.hub.api.boundary.api_boundary",
    "tellonce.hub.core.headers.by_name",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": []},
    }
]
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_SSL_REDIRECT = TELLONCE_PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if TELLONCE_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = TELLONCE_PRODUCTION
SECURE_HSTS_PRELOAD = TELLONCE_PRODUCTION
SESSION_COOKIE_SECURE = TELLONCE_PRODUCTION
CSRF_COOKIE_SECURE = TELLONCE_PRODUCTION

DATA_UPLOAD_MAX_MEMORY_SIZE = int(env.read("TELLONCE_BODY_LIMIT") * 1_000_000)
TELLONCE_DATABASE_TIMEOUT: float = env.read("TELLONCE_DATABASE_TIMEOUT")
TELLONCE_REQUEST_LIMIT = int(env.read("TELLONCE_REQUEST_LIMIT"))
TELLONCE_SEARCH_LIMIT = int(env.read("TELLONCE_SEARCH_LIMIT"))
TELLONCE_TWO_PERSON_RECORDS = int(env.read("TELLONCE_TWO_PERSON_RECORDS"))
TELLONCE_GUESS_LIMIT = 60  # a minute, of tokens that are none, and of requests for tokens

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "tellonce.hub.observing.logs.JsonFormatter"},
        "text": {"()": "tellonce.hub.observing.logs.TextFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json" if env.read("TELLONCE_LOG") == "json" else "text",
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "tellonce": {"level": "INFO" if env.read("TELLONCE_LOG") == "json" else "WARNING"},
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
