"""Every room has its own addresses."""

from django.urls import include, path

ROOMS = """
    frame firm conversation review totals periods editions register invitations reminders results certificates calendar
    recheck
"""

urlpatterns = [path("", include(f"reporting.{room}.urls")) for room in ROOMS.split()]
