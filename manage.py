#!/usr/bin/env python
"""Run Chibo's commands."""

import sys

from chibo import env

# They judge files, not an installation, so they run with an empty environment.
OFFLINE_COMMANDS = {"score", "criteria_lint"}


def main() -> None:
    env.name_settings()
    if OFFLINE_COMMANDS & set(sys.argv[1:2]):
        env.use_throwaway_values()

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
