from django.urls import path

from reporting.picture import views

urlpatterns = [
    path("city/picture/", views.current_city, name="city_current_picture"),
    path("city/picture/<str:code>/", views.city, name="city_picture"),
    path("district/picture/", views.current_district, name="district_current_picture"),
    path("district/picture/<str:code>/", views.district, name="district_picture"),
]
