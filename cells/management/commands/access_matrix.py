import json
from typing import Any

from django.core.management.base import BaseCommand

from cells import access
from cells.access_matrix import addresses, lines


class Command(BaseCommand):
    help = "In bảng quyền: vai trò được làm gì, trang nào trả lời ai (JSON)."

    def handle(self, *args: Any, **options: Any) -> None:
        document = {"roles": roles(), "urls": urls()}
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))


def roles() -> dict[str, dict[str, list[str]]]:
    table = {
        role: {
            "actions": sorted(actions),
            "grants": sorted(access.ROLE_GRANTS.get(role, ())),
        }
        for role, actions in access.ROLE_ACTIONS.items()
    }
    technical = {
        "actions": sorted(access.SUPERUSER_ACTIONS),
        "grants": sorted(access.ROLE_ACTIONS),
    }
    return {**table, "superuser": technical}


def urls() -> list[dict[str, Any]]:
    routes = {address.name: address.route for address in addresses()}
    return [
        {
            "method": line.method,
            "name": line.name,
            "path": routes.get(line.name),
            "about": line.about,
            "answer": line.status,
            "roles": line.answers,
        }
        for line in lines()
    ]
