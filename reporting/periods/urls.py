from django.urls import path

from reporting.periods import views

urlpatterns = [
    path("city/periods/", views.periods, name="city_periods"),
    path("city/periods/open/", views.open_period, name="city_open_period"),
    path("city/periods/<str:code>/", views.period, name="city_period"),
    path("city/periods/<str:code>/deadlines/", views.set_deadlines, name="city_set_deadlines"),
    path("city/periods/<str:code>/estimates/", views.allow_estimates, name="city_allow_estimates"),
    path("city/periods/<str:code>/withdraw/", views.withdraw, name="city_withdraw_period"),
    path("city/periods/<str:code>/lock/", views.lock, name="city_lock"),
]
