from django.urls import path

from reporting.practice import views

urlpatterns = [
    path("practice/", views.practice, name="practice"),
    path("practice/open/", views.open_one, name="open_practice"),
    path("practice/<str:code>/wipe/", views.wipe, name="wipe_practice"),
]
