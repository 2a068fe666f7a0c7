from django.urls import include, path

from accounts.views import account, contacts, journal, signing_in, users

urlpatterns = [
    path("login/", signing_in.SignIn.as_view(), name="sign_in"),
    path("logout/", signing_in.SignOut.as_view(), name="sign_out"),
    path("activate/<uidb64>/<token>/", signing_in.Activate.as_view(), name="activate"),
    path("password/forgotten/", signing_in.forgotten_password, name="forgotten_password"),
    path("password/forgotten/sent/", signing_in.forgotten_password_sent, name="forgotten_password_sent"),
    path("password/reset/<uidb64>/<token>/", signing_in.ResetPassword.as_view(), name="reset_password"),
    path("password/strength/", signing_in.password_strength, name="password_strength"),
    path("account/", account.account, name="account"),
    path("account/password/", account.change_password, name="change_password"),
    path("account/colleagues/", account.colleagues, name="colleagues"),
    path("account/<int:pk>/switch/", account.switch_account, name="switch_account"),
    path("account/<int:pk>/resend/", account.resend_activation, name="resend_activation"),
    path("users/", users.users, name="users"),
    path("users/invite/", users.invite_official, name="invite_official"),
    path("users/<int:pk>/edit/", users.edit_official, name="edit_official"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/edit/", contacts.edit_contact, name="edit_contact"),
    path("contacts/districts/<str:district>/", contacts.edit_contact_of, name="edit_contact_of"),
    path("contacts/city/", contacts.edit_city_phone, name="edit_city_phone"),
    path("journal/", journal.journal, name="journal"),
    path("", include("accounts.post.urls")),
]
