"""Settings: everything that differs between installations comes from the environment."""

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF

from chibo import env, mail

BASE_DIR = env.BASE_DIR
DATA_DIR = env.data_dir()
DEMO = env.is_demo()

SECRET_KEY = env.secret_key()
DEBUG = env.flag("CHIBO_DEBUG", default=False)
ALLOWED_HOSTS = env.listed("CHIBO_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env.listed("CHIBO_ORIGINS", "")

INSTALLED_APPS = [
    "cells",
    "members",
    "evaluations",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "cells.middleware.RefuseNulMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cells.middleware.SignedInMiddleware",
    "cells.middleware.PasswordChangeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "chibo.urls"
WSGI_APPLICATION = "chibo.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "chibo.context.chrome",
            ],
            "builtins": [
                "django.templatetags.static",
                "cells.templatetags.icons",
                "cells.templatetags.vn",
            ],
        },
    }
]

# One connection per worker process, kept: worth a factor of four on light pages.
DATABASES = {"default": dj_database_url.parse(env.database_url(DATA_DIR), conn_max_age=600)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;"
        ),
    }
else:
    # Compiling costs more than it saves in statements that a page waits for.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "cells.User"
AUTHENTICATION_BACKENDS = ["cells.backends.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# The demo speaks plain HTTP on 127.0.0.1; an installation stands behind HTTPS.
HTTPS = env.flag("CHIBO_HTTPS", default=not DEMO)
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "vi"
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = True
USE_TZ = True
# Off: it would put dots into every id. `number` in templates groups what people read.
USE_THOUSAND_SEPARATOR = False
FORMAT_MODULE_PATH = ["chibo.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = env.BASE_DIR / "staticfiles"
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    *(
        (f"vendor/{name}", path)
        for name, path in {
            "bootstrap": NODE_MODULES / "bootstrap/dist",
            "htmx": NODE_MODULES / "htmx.org/dist",
            "chartjs": NODE_MODULES / "chart.js/dist",
            "be-vietnam-pro": NODE_MODULES / "@fontsource/be-vietnam-pro",
            "bootstrap-icons": NODE_MODULES / "bootstrap-icons",
        }.items()
        if path.exists()
    ),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = DATA_DIR / "files"
# Evidence: of one file, and of all files of one sheet.
EVIDENCE_FILE_BYTES = env.megabytes("CHIBO_FILE_MB", default=20)
EVIDENCE_SHEET_BYTES = env.megabytes("CHIBO_SHEET_MB", default=300)
# A larger request is refused before it is read; files above 1 MB pass through the disk, not memory.
UPLOAD_REQUEST_BYTES = 3 * EVIDENCE_FILE_BYTES + 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = env.incoming_dir(DATA_DIR)
FILE_UPLOAD_HANDLERS = [
    "cells.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# The face of official documents: read by the typesetter, never sent to a browser.
DOCUMENT_FONTS = NODE_MODULES / "@expo-google-fonts/tinos"

MAIL = mail.read()
MAIL_ON = MAIL.is_on
PUBLIC_URL = MAIL.site
DIGEST_AT = mail.digest_at()
EMAIL_BACKEND = MAIL.backend
EMAIL_HOST, EMAIL_PORT = MAIL.host, MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.user, MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.starttls, MAIL.tls
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = MAIL.sender

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

CELERY_BROKER_URL = env.broker_url(DATA_DIR)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    # What could not run in time is worth nothing later: the next one is already there.
    "sweep": {"task": "cells.sweep", "schedule": 10, "options": {"expires": 10}},
    "rank-closed": {"task": "evaluations.rank_closed", "schedule": 60, "options": {"expires": 60}},
    "mail": {"task": "cells.mail", "schedule": 60, "options": {"expires": 60}},
    # From the hour of the digests on; run again, it does nothing.
    "morning": {
        "task": "evaluations.morning",
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 300},
    },
    "rank-nightly": {"task": "evaluations.rank_nightly", "schedule": crontab(hour=2, minute=0)},
    "recompute-nightly": {
        "task": "evaluations.recompute_nightly",
        "schedule": crontab(hour=3, minute=0),
    },
}
if CELERY_BROKER_URL.startswith("redis"):
    # A killed worker's task is handed out again after seconds, not the default hour.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 60,
        "unacked_restore_limit": 10_000,
        "global_keyprefix": env.os.environ.get("CHIBO_QUEUE_PREFIX", "chibo:"),
    }
if CELERY_BROKER_URL.startswith("sqla"):
    # These go to SQLAlchemy's create_engine, which refuses what it does not know.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"connect_args": {"timeout": 20}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.os.environ.get("CHIBO_LOG_LEVEL", "WARNING")},
}
