from django.urls import path

from reporting.going_live import views

urlpatterns = [path("start/", views.start, name="start")]
