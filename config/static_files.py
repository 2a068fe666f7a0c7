from whitenoise.storage import CompressedManifestStaticFilesStorage as ManifestStorage

_, IMPORTS = ManifestStorage._js_module_import_aggregation_patterns
OUR_MODULES = tuple((f"{folder}/*.js", IMPORTS) for folder in ("sheet", "codes", "review"))


class StaticFiles(ManifestStorage):
    """What one of our scripts imports is named by its content as well, so that a browser never joins two versions.
    Other people's are left as they are: a comment in them may speak of what is not there."""

    patterns = ManifestStorage.patterns + OUR_MODULES
    max_post_process_passes = 12  # a pass for each link of the longest chain of imports
