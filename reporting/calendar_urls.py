"""Addresses of the calendar and the deadlines."""

from django.urls import path

from reporting.views import calendar, deadlines

urlpatterns = [
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/readings/", deadlines.readings, name="readings"),
    path("calendar/readings/choose/", deadlines.choose_reading, name="choose_reading"),
    path("calendar/<int:year>/", calendar.calendar_year, name="calendar_year"),
    path("calendar/<int:year>/enter/", calendar.enter_calendar, name="enter_calendar"),
    path("calendar/<int:year>/confirm/", calendar.confirm_calendar, name="confirm_calendar"),
    path("calendar/<int:year>/template.<str:kind>", calendar.calendar_template, name="calendar_template"),
    path("deadlines/", deadlines.deadlines, name="deadlines"),
    path("deadlines/<int:year>/", deadlines.deadlines_of_year, name="deadlines_of_year"),
]
