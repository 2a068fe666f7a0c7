"""Every room has its own addresses."""

from django.urls import include, path

ROOMS = """
    frame going_live practice firm conversation review totals cuts growth periods editions register reminders
    results certificates calendar recheck archive exports paper invitations training answers succession history
    mending standing_in search estimates picture spot_checks
"""

urlpatterns = [path("", include(f"reporting.{room}.urls")) for room in ROOMS.split()]
