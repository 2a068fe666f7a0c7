from django.apps import AppConfig


class InstallationConfig(AppConfig):
    name = "config"
    label = "installation"

    def ready(self) -> None:
        from config import checks  # noqa: F401  (registers the system checks)
