from django.urls import path

from reporting.recheck.views import deciding, reading

urlpatterns = [
    path("recheck/", reading.rules, name="recheck"),
    path("recheck/districts/", reading.districts, name="recheck_districts"),
    path("recheck/firms/", reading.firms, name="recheck_firms"),
    path("recheck/firms/<str:credit_code>/", reading.firm, name="recheck_firm"),
    path("recheck/rules/<str:rule>/", reading.rule, name="recheck_rule"),
    path("recheck/rules/<str:rule>/<str:code>/decide/", deciding.decide, name="recheck_decide"),
    path("recheck/<str:code>.xlsx", reading.workbook, name="recheck_workbook"),
]
