from django.urls import path

from accounts.post import views

urlpatterns = [
    path("letters/", views.letters, name="letters"),
    path("outbox/", views.outbox, name="outbox"),
]
