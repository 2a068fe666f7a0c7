from django.urls import include, path

from reporting.views import filing, history, home, manual, submitting, workbook
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
    path("filings/<str:period>/submissions/<int:number>/", submitting.submission, name="submission"),
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
]
