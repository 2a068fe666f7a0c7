from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """What one script imports is named by its content as well, so that a browser never joins two versions."""

    support_js_module_import_aggregation = True
    max_post_process_passes = 12  # a pass for each link of the longest chain of imports
