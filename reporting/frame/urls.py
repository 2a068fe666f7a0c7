from django.urls import path

from reporting.frame import manual

urlpatterns = [
    path("city/notation/", manual.notation, name="notation"),
    path("manual/", manual.manual, name="manual"),
]
