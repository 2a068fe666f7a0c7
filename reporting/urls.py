from django.urls import include, path

from reporting.views import adjustments, filing, history, home, manual, scans, submitting, workbook
from reporting.views.city import editions, parameters, periods, submissions
from reporting.views.city import home as city_home
from reporting.views.city import totals as city_totals
from reporting.views.district import home as district_home
from reporting.views.district import queue, requests, review
from reporting.views.district import totals as district_totals

urlpatterns = [
    path("", include("reporting.register_urls")),
    path("", home.home, name="home"),
    path("manual/", manual.manual, name="manual"),
    path("history/", history.history, name="history"),
    path("filings/<str:period>/", filing.filing, name="filing"),
    path("filings/<str:period>/check/", filing.check, name="check"),
    path("filings/<str:period>/explain/", filing.explain, name="explain"),
    path("filings/<str:period>/workbook/", workbook.workbook, name="workbook"),
    path("filings/<str:period>/submit/", submitting.submit, name="submit"),
    path("filings/<str:period>/recall/", submitting.recall, name="recall"),
    path("filings/<str:period>/late/", submitting.ask_late, name="late"),
    path("filings/<str:period>/amend/", submitting.amend, name="amend"),
    path("filings/<str:period>/answer/", submitting.answer, name="answer"),
    path("filings/<str:period>/bases/", adjustments.adjustments, name="adjustments"),
    path("filings/<str:period>/submissions/<int:number>/", submitting.submission, name="submission"),
    path(
        "filings/<str:period>/submissions/<int:number>/workbook.xlsx",
        workbook.submission_workbook,
        name="submission_workbook",
    ),
    path("filings/<str:period>/submissions/<int:number>/scan/", scans.attach, name="attach_scan"),
    path("scans/<int:pk>/", scans.open_scan, name="scan"),
    path("filings/<str:period>/<slug:key>/", filing.sheet, name="sheet"),
    path("district/", district_home.home, name="district_home"),
    path("district/queue/", queue.current_queue, name="district_current_queue"),
    path("district/queue/<str:code>/", queue.queue, name="district_queue"),
    path("district/queue/<str:code>/approve/", queue.approve_clean, name="district_approve_clean"),
    path("district/submissions/<str:receipt>/", review.review, name="district_review"),
    path("district/submissions/<str:receipt>/approve/", review.approve, name="district_approve"),
    path("district/submissions/<str:receipt>/send-back/", review.send_back, name="district_send_back"),
    path("district/submissions/<str:receipt>/query/", review.query, name="district_query"),
    path("district/submissions/<str:receipt>/answer/", review.answer_city, name="district_answer_city"),
    path("district/requests/", requests.requests, name="district_requests"),
    path("district/requests/late/<int:pk>/", requests.decide_late, name="district_decide_late"),
    path("district/requests/base/<int:pk>/", requests.decide_adjustment, name="district_decide_adjustment"),
    path("district/totals/", district_totals.totals, name="district_totals"),
    path("district/totals/<str:code>.xlsx", district_totals.workbook, name="district_workbook"),
    path("city/", city_home.home, name="city_home"),
    path("city/submissions/", submissions.submissions, name="city_submissions"),
    path("city/submissions/<str:receipt>/", submissions.submission, name="city_submission"),
    path("city/submissions/<str:receipt>/query/", submissions.query, name="city_query"),
    path("city/submissions/<str:receipt>/return/", submissions.send_back, name="city_return"),
    path("city/totals/", city_totals.totals, name="city_totals"),
    path("city/totals/<str:code>.xlsx", city_totals.workbook, name="city_workbook"),
    path("city/periods/", periods.periods, name="city_periods"),
    path("city/periods/open/", periods.open_period, name="city_open_period"),
    path("city/periods/<str:code>/", periods.period, name="city_period"),
    path("city/periods/<str:code>/deadlines/<str:level>/", periods.set_deadline, name="city_set_deadline"),
    path("city/periods/<str:code>/estimates/", periods.allow_estimates, name="city_allow_estimates"),
    path("city/periods/<str:code>/lock/", periods.lock, name="city_lock"),
    path("city/parameters/", parameters.parameters, name="city_parameters"),
    path("city/parameters/set/", parameters.set_parameter, name="city_set_parameter"),
    path("city/editions/", editions.editions, name="city_editions"),
    path("city/editions/<str:code>/", editions.edition, name="city_edition"),
    path("city/editions/<str:code>/tables/<str:key>/", editions.table, name="city_edition_table"),
    path("city/editions/<str:code>/codes/", editions.code_lists, name="city_code_lists"),
    path("city/editions/<str:code>/rules/", editions.rules, name="city_rules"),
]
