"""Every room has its own addresses."""

from django.urls import include, path

ROOMS = """
    frame going_live firm conversation review totals periods editions register reminders results certificates
    calendar recheck archive invitations mending
"""

urlpatterns = [path("", include(f"reporting.{room}.urls")) for room in ROOMS.split()]
