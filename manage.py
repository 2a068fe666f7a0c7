#!/usr/bin/env python3
"""Django's commands. Outside an environment with Django they run inside the project's own .venv.
Where `./run --real` keeps a city in this folder they speak to that city."""

import importlib.util
import os
import sys

from launch.environment import enter_environment
from launch.real import speak_to_the_real_city

if __name__ == "__main__":
    if importlib.util.find_spec("django") is None:
        enter_environment()
    speak_to_the_real_city(os.environ)
    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.environment import NotUnderstood

    try:
        execute_from_command_line(sys.argv)
    except NotUnderstood as reason:
        sys.exit(f"{reason}什么都没有改动。")
