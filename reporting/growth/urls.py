from django.urls import path

from reporting.growth import views

urlpatterns = [
    path("district/totals/growth/", views.district, name="district_growth"),
    path("city/totals/growth/", views.city, name="city_growth"),
]
