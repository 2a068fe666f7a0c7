from django.urls import path

from reporting.spot_checks import views

urlpatterns = [
    path("association/", views.home, name="association_home"),
    path("association/submissions/<str:receipt>/checked/", views.checked, name="mark_checked"),
]
