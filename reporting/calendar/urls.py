"""Addresses of the calendar and the deadlines."""

from django.urls import path

from reporting.calendar.views import arrangements, deadlines

urlpatterns = [
    path("calendar/", arrangements.calendar, name="calendar"),
    path("calendar/readings/", deadlines.readings, name="readings"),
    path("calendar/readings/choose/", deadlines.choose_reading, name="choose_reading"),
    path("calendar/<int:year>/", arrangements.calendar_year, name="calendar_year"),
    path("calendar/<int:year>/enter/", arrangements.enter_calendar, name="enter_calendar"),
    path("calendar/<int:year>/confirm/", arrangements.confirm_calendar, name="confirm_calendar"),
    path("calendar/<int:year>/template.<str:kind>", arrangements.calendar_template, name="calendar_template"),
    path("deadlines/", deadlines.deadlines, name="deadlines"),
    path("deadlines/<int:year>/", deadlines.deadlines_of_year, name="deadlines_of_year"),
]
