from django.urls import path

from reporting.invitations.views import contacts, firms, officials

urlpatterns = [
    path("firm-accounts/", firms.firm_accounts, name="firm_accounts"),
    path("firm-accounts/preview/", firms.preview, name="preview_invitations"),
    path("firm-accounts/send/", firms.send, name="send_invitations"),
    path("firm-accounts/course/", firms.course, name="invitations_course"),
    path("users/import/", officials.import_officials, name="import_officials"),
    path("users/import/confirm/", officials.confirm, name="confirm_officials"),
    path("users/import/template.xlsx", officials.template, name="officials_template"),
    path("contacts/workbook.xlsx", contacts.workbook, name="contacts_workbook"),
    path("contacts/import/", contacts.import_contacts, name="import_contacts"),
    path("contacts/import/confirm/", contacts.confirm, name="confirm_contacts"),
]
