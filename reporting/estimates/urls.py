from django.urls import path

from reporting.estimates import views

urlpatterns = [
    path("district/night/<str:code>/", views.district, name="district_night"),
    path("city/night/<str:code>/", views.city, name="city_night"),
]
