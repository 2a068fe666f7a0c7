from django.urls import path

from reporting.firm.views import adjustments, filing, history, home, judging, scans, submitting, workbook, wrong_cells

urlpatterns = [
    path("", home.home, name="home"),
    path("history/", history.history, name="history"),
    path("filings/<str:period>/", filing.filing, name="filing"),
    path("filings/<str:period>/check/", filing.check, name="check"),
    path("filings/<str:period>/wrong-cells/", wrong_cells.wrong_cells, name="wrong_cells"),
    path("filings/<str:period>/explain/", filing.explain, name="explain"),
    path("filings/<str:period>/submit/", submitting.submit, name="submit"),
    path("filings/<str:period>/recall/", submitting.recall, name="recall"),
    path("filings/<str:period>/extension/", submitting.ask_extension, name="extension"),
    path("filings/<str:period>/late/", submitting.ask_late, name="late"),
    path("filings/<str:period>/amend/", submitting.amend, name="amend"),
    path("filings/<str:period>/amend/abandon/", submitting.abandon_amendment, name="abandon_amendment"),
    path("filings/<str:period>/answer/", submitting.answer, name="answer"),
    path("filings/<str:period>/bases/", adjustments.adjustments, name="adjustments"),
    path("filings/<str:period>/submissions/<int:number>/", submitting.submission, name="submission"),
    path("filings/<str:period>/submissions/<int:number>/scan/", scans.attach, name="attach_scan"),
    path("scans/<int:pk>/", scans.open_scan, name="scan"),
    path("filings/<str:period>/workbook/", workbook.workbook, name="workbook"),
    path("filings/<str:period>/workbook/confirm/", workbook.confirm, name="confirm_workbook"),
    path(
        "filings/<str:period>/submissions/<int:number>/workbook.xlsx",
        workbook.submission_workbook,
        name="submission_workbook",
    ),
    path("filings/<str:period>/<slug:key>/", filing.sheet, name="sheet"),
    path("filings/<str:period>/<slug:key>/known/", judging.known_beside_sheet, name="known_beside_sheet"),
    path("judging/<str:edition>/<slug:key>/<str:mark>/", judging.sheet_rules_as_json, name="sheet_rules"),
]
