from django.apps import AppConfig


class FormsTablesConfig(AppConfig):
    name = "forms_tables"
    verbose_name = "报表制度"
