from django.urls import path

from reporting.recheck import views

urlpatterns = [
    path("city/recheck/", views.rules, name="city_recheck"),
    path("city/recheck/districts/", views.districts, name="city_recheck_districts"),
    path("city/recheck/firms/", views.firms, name="city_recheck_firms"),
    path("city/recheck/firms/<str:credit_code>/", views.firm, name="city_recheck_firm"),
    path("city/recheck/rules/<str:rule>/", views.rule, name="city_recheck_rule"),
    path("city/recheck/<str:code>.xlsx", views.workbook, name="city_recheck_workbook"),
]
