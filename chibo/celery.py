"""The Celery application: worker and beat of every installation."""

from celery import Celery

from chibo import env

env.name_settings()
app = Celery("chibo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
