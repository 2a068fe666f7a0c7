from django.urls import path

from reporting.views import key_firms, register, register_import, registration

urlpatterns = [
    path("apply/", registration.apply, name="apply"),
    path("apply/credit-code/", registration.credit_code_answer, name="credit_code_answer"),
    path("apply/sent/", registration.applied, name="applied"),
    path("apply/state/", registration.application_state, name="application_state"),
    path("applications/", registration.applications, name="applications"),
    path("applications/<int:pk>/", registration.application, name="application"),
    path("applications/<int:pk>/approve/", registration.approve_application, name="approve_application"),
    path("applications/<int:pk>/refuse/", registration.refuse_application, name="refuse_application"),
    path("account/firm/", register.own_firm, name="own_firm"),
    path("firms/", register.firms, name="firms"),
    path("firms/import/", register_import.import_register, name="import_register"),
    path("firms/import/confirm/", register_import.confirm_import, name="confirm_import"),
    path("firms/template.xlsx", register_import.register_template, name="register_template"),
    path("firms/export.xlsx", register_import.export_register, name="export_register"),
    path("firms/<str:credit_code>/", register.firm, name="firm"),
    path("firms/<str:credit_code>/contact/", register.edit_firm_contact, name="edit_firm_contact"),
    path("firms/<str:credit_code>/move/", register.move_firm, name="move_firm"),
    path("firms/<str:credit_code>/stop/", register.stop_firm, name="stop_firm"),
    path("firms/<str:credit_code>/open-account/", register.open_account, name="open_account"),
    path("key-firms/", key_firms.key_firms, name="key_firms"),
    path("key-firms/<str:code>/", key_firms.key_firms, name="key_firms"),
]
