from django.urls import path

from reporting.totals.views import city, district

urlpatterns = [
    path("district/totals/", district.totals, name="district_totals"),
    path("district/totals/<str:code>.xlsx", district.workbook, name="district_workbook"),
    path("city/totals/", city.totals, name="city_totals"),
    path("city/totals/<str:code>.zip", city.package, name="city_package"),
    path("city/totals/<str:code>.xlsx", city.workbook, name="city_workbook"),
]
