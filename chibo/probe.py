"""Answer a container's health check: `python -m chibo.probe web|worker|beat`, 0 when it works."""

import http.client
import json
import sys
from datetime import timedelta

import django
from django.apps import apps
from django.utils import timezone

from chibo import env

SILENT_AFTER = timedelta(seconds=60)


def main() -> None:
    name = sys.argv[1]
    sys.exit(0 if (web_works() if name == "web" else gave_sign_of_life(name)) else 1)


def web_works() -> bool:
    """Return whether the web server reaches the database; a silent worker is not its fault."""
    client = http.client.HTTPConnection("127.0.0.1", 8000, timeout=5)
    client.request("GET", "/healthz")
    return json.loads(client.getresponse().read()).get("database") == "ok"


def gave_sign_of_life(name: str) -> bool:
    env.name_settings()
    django.setup()
    since = timezone.now() - SILENT_AFTER
    return apps.get_model("cells", "Heartbeat").objects.filter(name=name, at__gt=since).exists()


if __name__ == "__main__":
    main()
