"""What is said beside every figure of a period that may still change."""

from reporting.models.history import IMPORTED
from reporting.totals.aggregation import AreaSummary, Summary


def provisional(summary: Summary, area: AreaSummary) -> str:
    """A sentence for under a chart; empty once the period is locked."""
    if summary.is_imported:
        return f"{summary.period.label}为{IMPORTED}。"
    words = area.rests.in_words if area.rests else ""
    return f"{summary.period.label}暂定：{words}。" if words else ""
