"""Every room has its own addresses. Those of workbooks come before a filing's, whose last takes any word for one."""

from django.urls import include, path

ROOMS = """
    pages workbooks filing conversation review totals periods editions register reminders results certificates calendar
    recheck
"""

urlpatterns = [path("", include(f"reporting.{room}.urls")) for room in ROOMS.split()]
