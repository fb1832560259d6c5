"""Caseport's one settings file; everything that varies comes from the environment (portal.env)."""

import os
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.urls import reverse_lazy

from portal.env import Environment, make_keys

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

DEMO = env.flag("CASEPORT_DEMO")
PROFILE = "demo" if DEMO else "production"
DATA = (BASE_DIR / env.text("CASEPORT_DATA")).resolve()
if DEMO:
    make_keys(DATA / "keys")
    os.environ.setdefault("CASEPORT_SYNC_SECONDS", "5")

DEBUG = False
SECRET_KEY = env.text("SECRET_KEY")
CREDENTIAL_KEYS = env.items("CREDENTIAL_KEYS")
PORT = env.number("PORT")
BIND = env.text("BIND")
WEB_WORKERS = env.number("WEB_WORKERS")
WEB_THREADS = env.number("WEB_THREADS")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"] if DEMO else env.items("ALLOWED_HOSTS")
PUBLIC_URL = f"http://127.0.0.1:{PORT}" if DEMO else env.text("PUBLIC_URL")
PASSKEY_URL = f"http://localhost:{PORT}" if DEMO else PUBLIC_URL  # no passkey for a bare address

INSTALLED_APPS = [
    "portal.accounts",
    "portal",
    "vendors.connections",
    "cases",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "template_partials",
    "django.forms",
    "portal.accounts.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "portal.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.customer_scope",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.session_limits",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.sign_in_again",
    "portal.middleware.same_person",
    "portal.middleware.second_factor",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.accounts.looking.looking_as",
    "portal.middleware.known_scope",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.framed_sign_in",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "portal.middleware.private_pages",
    "portal.middleware.own_time_zone",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
APPEND_SLASH = True

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
                "portal.context.site",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# A read followed by a write in one transaction fails at once under SQLite's deferred default.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=27103364;"
    ),
}


def database(url: str) -> dict[str, Any]:
    """Django's database settings for `url`, or SQLite in the data folder when it is empty."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA / "caseport.sqlite3",
            "CONN_MAX_AGE": 600,
            "OPTIONS": SQLITE_OPTIONS,
        }
    return {**environ.Env.db_url_config(url), "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}


DATABASES = {"default": database(env.text("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, dict[str, Any]] = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}
        if (url := env.text("CACHE_URL"))
        else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "portal_cache"}
    )
}

# Files
S3_BUCKET = env.text("S3_BUCKET")
S3_OPTIONS = {
    "bucket_name": S3_BUCKET,
    "endpoint_url": env.text("S3_ENDPOINT_URL") or None,
    "region_name": env.text("S3_REGION") or None,
    "access_key": env.text("S3_ACCESS_KEY") or None,
    "secret_key": env.text("S3_SECRET_KEY") or None,
    "default_acl": None,
    "querystring_auth": True,
    "file_overwrite": False,
}
STORAGES: dict[str, dict[str, Any]] = {
    "default": (
        {"BACKEND": "cases.uploads.s3.StreamedS3Storage", "OPTIONS": S3_OPTIONS}
        if S3_BUCKET
        else {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": DATA / "files"},
        }
    ),
    # One user may collect them and another serve them, so FILE_UPLOAD_PERMISSIONS is not for them.
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MAX_UPLOAD = env.number("CASEPORT_MAX_UPLOAD")
MAX_FILES = env.number("CASEPORT_MAX_FILES")
DATA_UPLOAD_MAX_NUMBER_FILES = 1_000  # with empty ones; beyond MAX_FILES the upload handler says so
DATA_UPLOAD_MAX_MEMORY_SIZE = 4_000_000
FILE_UPLOAD_HANDLERS = [
    "cases.uploads.LimitedUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_TEMP_DIR = DATA / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
FILE_UPLOAD_PERMISSIONS = 0o600
CLAMD_ADDRESS = env.text("CLAMD_ADDRESS")

# Accounts
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "portal.accounts.sign_in.InvitationOnlyAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_CONFIRMATION_HMAC = False  # a key by chance: a signed one would tell a row's number
ACCOUNT_EMAIL_VERIFICATION = "none" if DEMO else "mandatory"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True  # whoever's account changes is told, at the address it had
ACCOUNT_CHANGE_EMAIL = True  # one address; a new one counts once its owner followed the link
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {  # tries / seconds, minutes or hours / of whom; counted in the cache
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "confirm_email": "1/180s/key",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "signup": "20/m/ip",
    "csp_report": "30/m/ip",
}
ACCOUNT_FORMS = {
    "login": "portal.accounts.sign_in_forms.LoginForm",
    "reauthenticate": "portal.accounts.sign_in_forms.ReauthenticateForm",
    "change_password": "portal.accounts.sign_in_forms.ChangePasswordForm",
    "set_password": "portal.accounts.sign_in_forms.SetPasswordForm",
    "reset_password": "portal.accounts.sign_in_forms.ResetPasswordForm",
    "reset_password_from_key": "portal.accounts.sign_in_forms.ResetPasswordKeyForm",
    "add_email": "portal.accounts.sign_in_forms.AddEmailForm",
}
MFA_ADAPTER = "portal.accounts.sign_in_factors.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # else nobody with a second factor could change their address
MFA_TOTP_ISSUER = "Caseport"
MFA_RATE_LIMITS = {"webauthn_login": "10/m/ip"}
MFA_FORMS = {
    "authenticate": "portal.accounts.sign_in_forms.CodeForm",
    "authenticate_webauthn": "portal.accounts.sign_in_forms.PasskeyForm",
    "reauthenticate": "portal.accounts.sign_in_forms.CodeAgainForm",
    "reauthenticate_webauthn": "portal.accounts.sign_in_forms.PasskeyAgainForm",
    "activate_totp": "portal.accounts.sign_in_forms.ActivateTotpForm",
    "add_webauthn": "portal.accounts.sign_in_forms.AddPasskeyForm",
    "edit_webauthn": "portal.accounts.sign_in_forms.NamePasskeyForm",
    "login_webauthn": "portal.accounts.sign_in_forms.PasskeyLoginForm",
}
USERSESSIONS_TRACK_ACTIVITY = False
USERSESSIONS_ADAPTER = "portal.accounts.sign_in_audit.RecordedSessions"
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXIES")

# Sessions, cookies, transport: one profile switches the demo's plain http on, nothing else does.
SECURE = not DEMO
SESSION_COOKIE_NAME = "__Host-caseport" if SECURE else "caseport"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_USE_SESSIONS = True
CSRF_FAILURE_VIEW = "portal.pages.csrf_failure"
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "report-uri": ["/csp-report"],
    }
}

# Delivery
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL")
QUIET_HORIZON = env.seconds("CASEPORT_QUIET_HORIZON")
SYNC_SECONDS = env.number("CASEPORT_SYNC_SECONDS")
LEASE_SECONDS = env.number("CASEPORT_LEASE_SECONDS")
UNDO_SECONDS = env.number("CASEPORT_UNDO_SECONDS")
SIMULATOR_PORT = env.number("SIMULATOR_PORT")
SIMULATOR_URL = f"http://127.0.0.1:{SIMULATOR_PORT}" if DEMO else ""
EXTRA_HOSTS = env.items("CASEPORT_EXTRA_HOSTS") + ([f"127.0.0.1:{SIMULATOR_PORT}"] if DEMO else [])
MONITOR_TOKEN = env.text("MONITOR_TOKEN")

# Mail
EMAIL_FILE_PATH = DATA / "mail"
EMAIL_TIMEOUT = 10  # seconds: somebody waits for the answer
vars().update(
    environ.Env.email_url_config(url)
    if (url := env.text("EMAIL_URL"))
    else {"EMAIL_BACKEND": "portal.mail.EmlFileBackend"}
)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("DEFAULT_FROM_EMAIL")

# Language and time: stored in UTC, shown in the reader's own zone.
LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = "portal.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "vendors.http.redaction.RedactingFilter"}},
    "formatters": {
        "line": {
            "()": "vendors.http.log_lines.OneLine",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["redact"],
        }
    },
    "root": {"handlers": ["console"], "level": env.level("LOG_LEVEL")},
    "loggers": {name: {"level": "WARNING"} for name in ("httpx", "httpcore", "botocore")},
}

env.complain()
