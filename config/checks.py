"""What can be wrong with an installation, said at start with a hint."""

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register


@register(Tags.security, deploy=True)
def check_production_has_its_services(app_configs, **kwargs):
    if not settings.REDIS_URL:
        yield Error("No queue: letters would be sent inside requests.", hint="Set REDIS_URL.", id="config.E001")
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        yield Error("Letters go to a folder, to nobody.", hint="Set EMAIL_URL=smtp+tls://…", id="config.E002")
    if not settings.HTTPS:
        yield Error("The site is not on https.", hint="Set SITE_URL=https://host.", id="config.E003")
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        yield Warning("SQLite serves one machine.", hint="Set DATABASE_URL=postgres://…", id="config.W001")


@register(Tags.urls)
def check_site_url_is_allowed(app_configs, **kwargs):
    allowed = settings.ALLOWED_HOSTS
    host = f"[{settings.SITE_HOST}]" if ":" in settings.SITE_HOST else settings.SITE_HOST
    if "*" in allowed:
        yield Error("ALLOWED_HOSTS allows any host.", hint="Name the hosts of the site.", id="config.E004")
    elif not any(host == name or (name.startswith(".") and host.endswith(name)) for name in allowed):
        yield Error(
            f"Links in letters lead to {settings.SITE_URL}, which ALLOWED_HOSTS refuses.",
            hint=f"Add {host} to ALLOWED_HOSTS or correct SITE_URL.",
            id="config.E005",
        )
    if not settings.LOCAL and settings.DEBUG:
        yield Error("DEBUG shows settings to strangers.", hint="Unset DEBUG.", id="config.E006")
