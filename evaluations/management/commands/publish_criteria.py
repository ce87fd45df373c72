"""Publish the criteria sets that come with Chibo."""

import json

from django.core.management.base import BaseCommand

from evaluations.services.criteria import criteria_publish_shipped


class Command(BaseCommand):
    help = "Publish each shipped criteria set that is not there yet; never change one that is."

    def handle(self, *args, **options):
        published = criteria_publish_shipped(by=None)
        self.stdout.write(json.dumps({"published": [row.code for row in published]}))
