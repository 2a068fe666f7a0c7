"""The head and the foot of the official form around a table of a page: seen on paper alone, as in the PDF."""

from django import template

from reporting.paper.contents import PaperContents, drafted, sent_of, submitted, table_on_paper

register = template.Library()


@register.inclusion_tag("paper/_head.html")
def form_head(table, overview=None, submission=None) -> PaperContents:
    return around(table, overview, submission)


@register.inclusion_tag("paper/_foot.html")
def form_foot(table, overview=None, submission=None) -> PaperContents:
    return around(table, overview, submission)


def around(table, overview, submission) -> PaperContents:
    """Of a submission, or of what an overview shows: the drafts, or once it is sent what was sent."""
    sent = submission or sent_of(overview.filing)
    filed = submitted(sent) if sent else drafted(overview.filing, overview.judgement, overview.at)
    around_it = {"period": filed.filing.period.label, "marks": filed.marks, "line": filed.line if sent else ""}
    return table_on_paper(filed, table) | around_it
