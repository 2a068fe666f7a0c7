from django.urls import path

from reporting.views import manual

urlpatterns = [
    path("manual/", manual.manual, name="manual"),
]
