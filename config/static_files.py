from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """What one script imports is named by its content as well, so that a browser never joins two versions."""

    support_js_module_import_aggregation = True
