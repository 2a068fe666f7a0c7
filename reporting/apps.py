from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = "填报"

    def ready(self):
        from reporting import system_checks  # noqa: F401  (registers the system checks)
