from django.urls import path

from reporting.views.city import recheck

urlpatterns = [
    path("city/recheck/", recheck.rules, name="city_recheck"),
    path("city/recheck/districts/", recheck.districts, name="city_recheck_districts"),
    path("city/recheck/firms/", recheck.firms, name="city_recheck_firms"),
    path("city/recheck/firms/<str:credit_code>/", recheck.firm, name="city_recheck_firm"),
    path("city/recheck/rules/<str:rule>/", recheck.rule, name="city_recheck_rule"),
    path("city/recheck/<str:code>.xlsx", recheck.workbook, name="city_recheck_workbook"),
]
