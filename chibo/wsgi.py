"""The WSGI entry of gunicorn."""

from django.core.wsgi import get_wsgi_application

from chibo import env

env.name_settings()
application = get_wsgi_application()
