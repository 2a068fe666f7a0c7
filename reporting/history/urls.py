from django.urls import path, re_path

from reporting.history.views import files, imports, objections, own, to_fill

urlpatterns = [
    path("history/imported/<str:period>/", own.imported_period, name="imported_period"),
    path("history-objections/", objections.history_objections, name="history_objections"),
    path("history-objections/<int:pk>/decide/", objections.decide_history_objection, name="decide_history_objection"),
    path("city/history/", imports.city_history, name="city_history"),
    path("city/history/uploads/<int:pk>/", imports.history_import, name="history_import"),
    path("city/history/uploads/<int:pk>/confirm/", imports.confirm_history, name="confirm_history"),
    path("city/history/uploads/<int:pk>/again/", imports.try_history_again, name="try_history_again"),
    path("city/history/uploads/<int:pk>/problems.xlsx", imports.history_problems, name="history_problems"),
    path("city/history/files/<int:pk>/", files.history_file, name="history_file"),
    path("city/history/files/<int:pk>/source/", files.history_source, name="history_source"),
    path("city/history/files/<int:pk>/withdraw/", files.withdraw_history, name="withdraw_history"),
    path("city/history/files/<int:pk>/letter/", files.preview_history_letter, name="preview_history_letter"),
    path("city/history/files/<int:pk>/letter/send/", files.send_history_letter, name="send_history_letter"),
    path("city/history/codes/", to_fill.history_codes, name="history_codes"),
    path("city/history/codes/codes.xlsx", to_fill.history_codes_workbook, name="history_codes_workbook"),
    path("city/history/codes/<int:pk>/drop/", to_fill.drop_history_code, name="drop_history_code"),
    re_path(r"^city/history/sheet/(?P<frequency>month|annual)\.xlsx$", to_fill.history_sheet, name="history_sheet"),
    path("city/history/form.xlsx", to_fill.history_blank, name="history_blank"),
]
