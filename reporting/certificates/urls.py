from django.urls import path

from reporting.certificates.views import record, verify

urlpatterns = [
    path("firms/<str:credit_code>/record/", record.record, name="record"),
    path("firms/<str:credit_code>/record/certificate/", record.issue, name="issue_certificate"),
    path("record/", record.own_record, name="own_record"),
    path("record/certificate/", record.issue_own, name="issue_own"),
    path("certificates/<str:code>/", record.certificate, name="certificate"),
    path("verify/", verify.verify, name="verify"),
]
