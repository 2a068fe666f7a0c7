from django.urls import include, path

from reporting.editions.views import draft, editions, parameters, publish, rehearsal, rows, rule, values, workbook

desk = [
    path("", draft.desk, name="city_desk"),
    path("begin/", draft.begin, name="city_desk_begin"),
    path("abandon/", draft.abandon, name="city_desk_abandon"),
    path("undo/<str:sort>/<str:code>/", draft.undo, name="city_desk_undo"),
    path("revisions/<str:code>/", draft.revision, name="city_desk_revision"),
    path("rehearse/", rehearsal.rehearse, name="city_desk_rehearse"),
    path("rehearsals/<int:pk>/", rehearsal.rehearsal, name="city_desk_rehearsal"),
    path("rehearsals/<int:pk>/<str:which>/", rehearsal.filings, name="city_desk_rehearsal_filings"),
    path("publish/", publish.publish, name="city_desk_publish"),
    path("parameters/", parameters.parameters, name="city_desk_parameters"),
    path("parameters/new/", parameters.new_parameter, name="city_desk_new_parameter"),
    path("parameters/<str:name>/", parameters.parameter, name="city_desk_parameter"),
    path("parameters/<str:name>/drop/", parameters.drop_parameter, name="city_desk_drop_parameter"),
    path("indicators/", rows.indicators, name="city_desk_indicators"),
    path("indicators/new/<str:key>/", rows.new_indicator, name="city_desk_new_indicator"),
    path("indicators/<str:code>/", rows.indicator, name="city_desk_indicator"),
    path("indicators/<str:code>/drop/", rows.drop_indicator, name="city_desk_drop_indicator"),
    path("rules/", rule.rules, name="city_desk_rules"),
    path("rules/<str:rule_id>/", rule.rule, name="city_desk_rule"),
    path("rules/<str:rule_id>/effect/", rule.effect, name="city_desk_effect"),
    path("rules/<str:rule_id>/save/", rule.save, name="city_desk_save_rule"),
    path("rules/<str:rule_id>/drop/", rule.drop, name="city_desk_drop_rule"),
    path("workbook/", workbook.workbook, name="city_desk_workbook"),
    path("workbook/confirm/", workbook.confirm, name="city_desk_confirm_workbook"),
    path("workbook/draft.xlsx", workbook.export_draft, name="city_desk_draft_workbook"),
    path("workbook/<str:code>.xlsx", workbook.export_edition, name="city_desk_edition_workbook"),
]
urlpatterns = [
    path("city/desk/", include(desk)),
    path("city/parameters/", values.parameters, name="city_parameters"),
    path("city/parameters/set/", values.set_parameter, name="city_set_parameter"),
    path("city/editions/", editions.editions, name="city_editions"),
    path("city/editions/<str:code>/", editions.edition, name="city_edition"),
    path("city/editions/<str:code>/tables/<str:key>/", editions.table, name="city_edition_table"),
    path("city/editions/<str:code>/codes/", editions.code_lists, name="city_code_lists"),
    path("city/editions/<str:code>/rules/", editions.rules, name="city_rules"),
]
