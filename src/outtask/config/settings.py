"""One settings file; the two profiles differ in DATABASES, STORAGES, TASKS and MAILERS only.

Every choice comes from an `OUTTASK_*` variable (see `environment.py`); `OUTTASK_HOME` names the one
folder that holds all state of the embedded profile. Delete it and the installation is new.
"""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from outtask.config import environment, sqlite

sqlite.choose()

from django.utils.csp import CSP  # noqa: E402  (after the SQLite choice, as everything of Django)

env = environment.read()
PACKAGE = Path(__file__).resolve().parent.parent

# --- where state lives -------------------------------------------------------------------------
HOME = env.path("HOME", Path.cwd() / "home")
HOME.mkdir(parents=True, exist_ok=True)
(HOME / "keys").mkdir(mode=0o700, exist_ok=True)
(HOME / "files").mkdir(exist_ok=True)
(HOME / "incoming").mkdir(exist_ok=True)
(HOME / "static").mkdir(exist_ok=True)


def kept_secret(name: str) -> str:
    """A secret made once and kept in the home folder, readable by its owner alone."""
    path = HOME / "keys" / name
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        return path.read_text()
    path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


SECRET_KEY = env.text("SECRET_KEY") or kept_secret("secret")
# The private half of the key for checkpoints; empty: kept in the home folder (see journal/signing.py).
SIGNING_KEY = env.text("SIGNING_KEY")
DEBUG = False
ALLOWED_HOSTS = env.names("HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
BASE_URL = env.text("BASE_URL", f"http://localhost:{env.number('PORT', 8000)}").rstrip("/")
SECURE = BASE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
if env.flag("BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Tries are counted for each visitor by the address the proxy puts last; without one, by the proxy's own.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1

# --- the application ---------------------------------------------------------------------------
INSTALLED_APPS = [
    "outtask",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_tasks_db",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "outtask.ui.middleware.request_context",
    "outtask.config.access.access_log",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "outtask.people.sessions.ends",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "outtask.ui.middleware.acting_member",
    "outtask.ui.middleware.refusals",
    "outtask.people.signin.first_run",
]
ROOT_URLCONF = "outtask.config.urls"
WSGI_APPLICATION = "outtask.config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "ui" / "templates", *sorted(PACKAGE.glob("*/templates"))],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "outtask.ui.context.page",
            ],
            "builtins": [
                "outtask.ui.tags",
                "outtask.lifecycle.tags",
                "outtask.spend.tags",
                "outtask.watch.tags",
                "outtask.catalogue.tags",
                "django.templatetags.i18n",
                "django.templatetags.static",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
        },
    }
]
FORM_RENDERER = "outtask.ui.forms.Renderer"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- what the profiles differ in ----------------------------------------------------------------
DATABASES = {"default": env.database(HOME)}
SQLITE_MENDED = sqlite.wal_is_safe()
if not SQLITE_MENDED and "sqlite3" in str(DATABASES["default"]["ENGINE"]):
    options: Any = DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("journal_mode=WAL", "journal_mode=TRUNCATE")
STORAGES = env.storages(HOME) | {
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "OPTIONS": {}, "QUEUES": []}}
MAILERS = {"default": env.mailer()}
MAIL_PROVIDER = env.text("MAIL_PROVIDER")
OUTBOX_ONLY = "dummy" in str(MAILERS["default"]["BACKEND"])
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "Outtask <outtask@localhost>")
REPLY_DOMAIN = env.text("REPLY_DOMAIN", "localhost")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "outtask_cache"},
}

# --- people --------------------------------------------------------------------------------------
AUTH_USER_MODEL = "outtask.Person"
AUTHENTICATION_BACKENDS = ["outtask.people.identity.SignIn"]
SESSION_ENGINE = "outtask.people.identity"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "outtask.people.passwords.GuessableWords"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "outtask.people.signin.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TOTP_ISSUER = "Outtask"
# Browsers allow passkeys on http only for localhost; allauth must then be told not to insist on https.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE

# --- security -------------------------------------------------------------------------------------
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
# Browsers keep `__Host-` cookies only from https, and let no other host of the domain set them.
COOKIE_PREFIX = "__Host-" if SECURE else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "outtask.ui.flash.Messages"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
CSRF_FAILURE_VIEW = "outtask.ui.views.csrf_failed"

# --- files ------------------------------------------------------------------------------------------
# Uploads go straight to disk in the home folder, so that keeping one is a rename and not a copy.
FILE_UPLOAD_HANDLERS = [
    "outtask.files.bounding.Bounded",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
LARGEST_UPLOAD = env.number("LARGEST_UPLOAD_MB", 10_240) * 2**20
FILE_UPLOAD_TEMP_DIR = str(HOME / "incoming")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# A folder of published contracts goes in at once; see lifecycle.import_forms.
DATA_UPLOAD_MAX_NUMBER_FILES = 500

# --- leaving -----------------------------------------------------------------------------------------
# How often leaving is rehearsed by itself, in days; 0 never.
DRILL_DAYS = env.number("DRILL_DAYS", 90)
WEBHOOK_DAYS = env.number("WEBHOOK_DAYS", 90)

# --- language, time ------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
# With one language there is nothing to look up, and every word of every page would be.
USE_I18N = len(LANGUAGES) > 1
USE_TZ = True
TIME_ZONE = "UTC"

# --- static files -----------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "ui" / "static"]
STATIC_ROOT = HOME / "static"
WHITENOISE_USE_FINDERS = env.flag("STATIC_FROM_SOURCE")
WHITENOISE_MANIFEST_STRICT = True

# --- logs -------------------------------------------------------------------------------------------------
LOG_FORMAT = env.text("LOG_FORMAT", "console")
LOGGING_CONFIG = "outtask.config.logs.configure"
LOGGING = {"format": LOG_FORMAT, "level": env.text("LOG_LEVEL", "INFO")}
