from django.urls import path

from reporting.workbooks.views import workbook

urlpatterns = [
    path("filings/<str:period>/workbook/", workbook.workbook, name="workbook"),
    path("filings/<str:period>/workbook/confirm/", workbook.confirm, name="confirm_workbook"),
    path(
        "filings/<str:period>/submissions/<int:number>/workbook.xlsx",
        workbook.submission_workbook,
        name="submission_workbook",
    ),
]
