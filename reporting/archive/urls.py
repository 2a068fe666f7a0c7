from django.urls import path

from reporting.archive import views

urlpatterns = [
    path("city/periods/<str:code>/archive/", views.archive, name="city_archive"),
]
