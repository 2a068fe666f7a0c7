from django.urls import path

from reporting.mending.views import codes, district_changes, doubles

urlpatterns = [
    path("doubles/", doubles.doubles, name="doubles"),
    path("doubles/<str:kept>/<str:merged>/", doubles.merge_doubles, name="merge_doubles"),
    path("doubles/<str:one>/<str:other>/apart/", doubles.tell_doubles_apart, name="tell_doubles_apart"),
    path("firms/<str:credit_code>/double/", doubles.report_double, name="report_double"),
    path("firms/<str:credit_code>/code/", codes.correct_code, name="correct_code"),
    path("code-corrections/<int:pk>/", codes.code_correction, name="code_correction"),
    path("code-corrections/<int:pk>/confirm/", codes.confirm_code, name="confirm_code"),
    path("code-corrections/<int:pk>/object/", codes.object_to_code, name="object_to_code"),
    path("code-corrections/<int:pk>/withdraw/", codes.withdraw_code, name="withdraw_code"),
    path("account/firm/code/", codes.own_code, name="own_code"),
    path("district-changes/", district_changes.district_changes, name="district_changes"),
    path("district-changes/preview/", district_changes.preview, name="preview_district_change"),
    path("district-changes/press/", district_changes.press, name="press_district_change"),
    path("district-changes/<int:pk>/", district_changes.district_change, name="district_change"),
    path("district-changes/<int:pk>/take-back/", district_changes.take_back, name="take_back_district_change"),
]
