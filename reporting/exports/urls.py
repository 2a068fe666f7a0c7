from django.urls import path, re_path

from reporting.exports.views import asking, waiting

urlpatterns = [
    re_path(r"^journal/export\.(?P<kind>csv|xlsx)$", asking.export_journal, name="export_journal"),
    path("firms/export.xlsx", asking.export_register, name="export_register"),
    path("city/totals/<str:code>.xlsx", asking.city_workbook, name="city_workbook"),
    path("district/totals/<str:code>.xlsx", asking.district_workbook, name="district_workbook"),
    path("exports/", waiting.exports, name="exports"),
    path("exports/<int:pk>/", waiting.export, name="export"),
    path("exports/<int:pk>/again/", waiting.try_export_again, name="try_export_again"),
    path("exports/<int:pk>/file/", waiting.export_file, name="export_file"),
]
