from django.urls import path

from reporting.picture import views

urlpatterns = [
    path("city/picture/", views.current_city, name="city_current_picture"),
    path("city/picture/<str:code>/", views.city, name="city_picture"),
    path("city/map/", views.current_map, name="city_current_map"),
    path("city/map/<str:code>/", views.city_map, name="city_map"),
    path("district/picture/", views.current_district, name="district_current_picture"),
    path("district/picture/<str:code>/", views.district, name="district_picture"),
]
