"""Addresses of the rule desk, where the next revision of an edition is drafted, rehearsed and published."""

from django.urls import path

from reporting.views.city import (
    desk,
    desk_draft,
    desk_indicators,
    desk_parameters,
    desk_publish,
    desk_rehearsal,
    desk_workbook,
)

urlpatterns = [
    path("", desk_draft.desk, name="city_desk"),
    path("begin/", desk_draft.begin, name="city_desk_begin"),
    path("abandon/", desk_draft.abandon, name="city_desk_abandon"),
    path("undo/<str:sort>/<str:code>/", desk_draft.undo, name="city_desk_undo"),
    path("revisions/<str:code>/", desk_draft.revision, name="city_desk_revision"),
    path("rehearse/", desk_rehearsal.rehearse, name="city_desk_rehearse"),
    path("rehearsals/<int:pk>/", desk_rehearsal.rehearsal, name="city_desk_rehearsal"),
    path("rehearsals/<int:pk>/<str:which>/", desk_rehearsal.filings, name="city_desk_rehearsal_filings"),
    path("publish/", desk_publish.publish, name="city_desk_publish"),
    path("parameters/", desk_parameters.parameters, name="city_desk_parameters"),
    path("parameters/new/", desk_parameters.new_parameter, name="city_desk_new_parameter"),
    path("parameters/<str:name>/", desk_parameters.parameter, name="city_desk_parameter"),
    path("parameters/<str:name>/drop/", desk_parameters.drop_parameter, name="city_desk_drop_parameter"),
    path("indicators/", desk_indicators.indicators, name="city_desk_indicators"),
    path("indicators/new/<str:key>/", desk_indicators.new_indicator, name="city_desk_new_indicator"),
    path("indicators/<str:code>/", desk_indicators.indicator, name="city_desk_indicator"),
    path("indicators/<str:code>/drop/", desk_indicators.drop_indicator, name="city_desk_drop_indicator"),
    path("rules/", desk.rules, name="city_desk_rules"),
    path("rules/<str:rule_id>/", desk.rule, name="city_desk_rule"),
    path("rules/<str:rule_id>/effect/", desk.effect, name="city_desk_effect"),
    path("rules/<str:rule_id>/save/", desk.save, name="city_desk_save_rule"),
    path("rules/<str:rule_id>/drop/", desk.drop, name="city_desk_drop_rule"),
    path("workbook/", desk_workbook.workbook, name="city_desk_workbook"),
    path("workbook/confirm/", desk_workbook.confirm, name="city_desk_confirm_workbook"),
    path("workbook/draft.xlsx", desk_workbook.export_draft, name="city_desk_draft_workbook"),
    path("workbook/<str:code>.xlsx", desk_workbook.export_edition, name="city_desk_edition_workbook"),
]
