from django.urls import path, re_path

from reporting.cuts.views import firms, saved, table

urlpatterns = [
    path("cuts/", table.table, name="cut"),
    re_path(r"^cuts/table\.(?P<kind>csv|xlsx)$", table.table_file, name="cut_file"),
    path("cuts/firms/", firms.firms, name="cut_firms"),
    re_path(r"^cuts/firms\.(?P<kind>csv|xlsx)$", firms.firms_file, name="cut_firms_file"),
    path("cuts/views/save/", saved.save, name="save_cut"),
    path("cuts/views/<int:pk>/", saved.change, name="change_cut"),
    path("cuts/views/<int:pk>/forget/", saved.forget, name="forget_cut"),
]
