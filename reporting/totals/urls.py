from django.urls import path

from reporting.totals.views import city, district

urlpatterns = [
    path("district/totals/", district.totals, name="district_totals"),
    path("city/totals/", city.totals, name="city_totals"),
    path("city/totals/<str:code>.zip", city.package, name="city_package"),
]
