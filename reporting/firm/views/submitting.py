"""确定上报 and what goes with it on the firm's side: receipt, recall, 延期, 补报, amendment, answering a question."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability, User
from forms_tables.edition.address import CellAddress
from forms_tables.filling.completion import Completed, Facts
from reporting import workflow
from reporting.conversation.threads import talk_about
from reporting.filing.idle import idle_cells
from reporting.firm.forms import AnswerPress, AskExtensionPress, ReasonPress, SubmitPress
from reporting.firm.views.filing import as_pressed, filing_of, pressed_filing
from reporting.firm.views.overview import CellLink, Overview
from reporting.letters import recipients
from reporting.models import Filing, State, Submission
from reporting.models.filing import own_last
from reporting.pages.comparison import submission_before
from reporting.pages.grid import Remarks, lay_out


@needs(Ability.FILL)
def submit(request: HttpRequest, period: str) -> HttpResponse:
    """What will be sent, the explanations, the commitment, the signer; sent once, however often it is pressed."""
    at, form, refusal = clock.now(), SubmitPress(request.POST), None
    if request.method == "POST":
        try:
            submission = workflow.submit(pressed_filing(request, period), request.user, at, **form.said)
            return redirect("submission", period, submission.number)
        except workflow.Refused as refused:
            refusal = refused
    filing = filing_of(request, period)
    overview = Overview(filing, at)
    context = {
        "filing": filing,
        "overview": overview,
        "tabs": overview.tabs(),
        "warnings": overview.findings("warning"),
        "headline": headline_figures(overview),
        "number": filing.submissions.count() + 1,
        "signer": form.data.get("signer", known_signer(overview)),
        "refusal": refusal,
        "first_place": first_place(overview),
    }
    return render(request, "firm/submit.html", context)


def first_place(overview: Overview) -> CellLink | None:
    """The first cell to see to: what cannot be read or is wanting, then errors, then warnings nobody has explained."""
    links = [link for _, link in overview.problems_of()] + overview.missing_in()
    for level in ("error", "warning"):
        links += [link for shown in overview.findings(level) if not shown.explanation for link in shown.links]
    return links[0] if links else None


def known_signer(overview: Overview) -> str:
    """The 单位负责人 as this form names him, as the register does, or as who signed last."""
    enterprise, edition = overview.filing.enterprise, overview.filing.edition
    row = edition.indicators.get(edition.platform.rows.signer)
    named = (overview.typed.get(f"{row.code}.{row.columns[0]}") or enterprise.attributes.get(row.code)) if row else ""
    last = Submission.objects.filter(filing__enterprise=enterprise).order_by("-submitted_at").values_list("signer")
    return named or next(iter(last[:1]), ("",))[0]


def headline_figures(overview: Overview) -> list[dict]:
    """The outermost rows of each table in its first column, and the figure the whole system is for: enough to see that
    the right filing is being sent."""
    headline = CellAddress.parse(overview.filing.edition.platform.headline(overview.filing.period.parsed.frequency))
    values = overview.judgement.completed.values
    rows = []
    for table in overview.judgement.tables:
        for indicator in table.indicators:
            if indicator.is_figure and (indicator.depth == 0 or indicator.code == headline.code):
                cell = f"{indicator.code}.{indicator.columns[0]}"
                label = indicator.column_definitions[0].label
                rows.append({"indicator": indicator, "column": label, "shown": overview.show(cell, values)})
    return rows


def filing_to_read(request: HttpRequest, period: str) -> Filing:
    """The firm's own filing of a period; where it has none, or `?entry=` asks for it, one that was filed under an entry
    merged into its own. Or 404."""
    firm, asked = request.user.firm_id, request.GET.get("entry", "")
    filings = Filing.objects.of_one_firm(firm).filter(period=period)
    if asked:
        filings = filings.filter(enterprise__credit_code=asked)
    found = own_last(as_pressed(filings), {firm})
    own = [filing for filing in found if filing.enterprise_id == firm]
    if not found:
        raise Http404("这个报告期没有本企业的填报。")
    return (own or found)[-1]


def submission_of(request: HttpRequest, period: str, number: int) -> tuple[Filing, Submission]:
    filing = filing_to_read(request, period)
    submissions = filing.submissions.select_related("filing", "submitted_by").prefetch_related("reviews__by")
    return filing, get_object_or_404(submissions, number=number)


@needs(Ability.FILL)
def submission(request: HttpRequest, period: str, number: int) -> HttpResponse:
    """A frozen submission as it was sent: receipt, figures, findings, what the district said, what differs."""
    filing, frozen = submission_of(request, period, number)
    overview = Overview(filing, clock.now())
    edition = filing.period.judged_by(frozen.edition)
    completed = Completed(edition.values_from_text(frozen.values), (), {}, ())
    struck = Remarks(idle=idle_cells(edition, Facts(filing.period.parsed, frozen.attributes), completed.values))
    grids = [lay_out(edition.table(code), {}, completed, struck) for code in frozen.tables]
    before = submission_before(frozen)
    is_own, is_current = filing.enterprise_id == request.user.firm_id, filing.in_force_id == frozen.pk
    may_press = is_own and is_current
    said = {row["fingerprint"]: row for row in frozen.explanations}
    context = {
        "filing": filing,
        "submission": frozen,
        "overview": overview,
        "grids": grids,
        "before": before,
        "talk": talk_about(filing, request.user),
        "changes": overview.changes_between(before.values, frozen.values) if before else [],
        "warnings": [{**finding, "said": said.get(finding["fingerprint"])} for finding in frozen.warnings],
        "is_current": is_current,
        "scan_wanted": workflow.scan_is_wanted(frozen),
        "scan_missing": workflow.scan_is_missing(frozen),
        "reviews": [
            (
                review,
                [(row["reason"], overview.link_cell(row["cell"]) if row["cell"] else None) for row in review.reasons],
            )
            for review in frozen.reviews.all()
        ],
        "of_entry": "" if is_own else f"?entry={filing.enterprise.credit_code}",
        "may_recall": may_press and filing.state == State.SUBMITTED and not frozen.opened_at,
        "may_amend": may_press and filing.state == State.APPROVED and not filing.is_shut,
    }
    return render(request, "firm/submission.html", context)


@needs(Ability.FILL)
@require_POST
def recall(request: HttpRequest, period: str) -> HttpResponse:
    filing = pressed_filing(request, period)
    with refusals_on(request):
        workflow.recall(filing, request.user, clock.now())
        messages.success(request, "已撤回，可以继续修改；改好后须重新做数据审核，再上报。")
        return redirect("filing", period)
    return redirect("submission", period, filing.in_force.number) if filing.in_force else redirect("filing", period)


@needs(Ability.FILL)
@require_POST
def ask_extension(request: HttpRequest, period: str) -> HttpResponse:
    """延期申请 to the firm's district."""
    filing = pressed_filing(request, period)
    with refusals_on(request):
        said = AskExtensionPress(request.POST).said
        if said["until"] is None:
            raise workflow.Refused("请填写希望延到哪一天。")
        workflow.ask_extension(filing, by=request.user, at=clock.now(), **said)
        told = who_is_told(request.user)
        messages.success(request, f"延期申请已送达区县，决定后显示在这里，并写信通知{told}；同意之前，截止日不变。")
    return redirect("filing", period)


@needs(Ability.FILL)
@require_POST
def ask_late(request: HttpRequest, period: str) -> HttpResponse:
    """补报申请 to the firm's district."""
    with refusals_on(request):
        reason = ReasonPress(request.POST).said["reason"]
        workflow.ask_late(pressed_filing(request, period), request.user, clock.now(), reason)
        messages.success(request, f"补报申请已送达区县，决定后显示在这里，并写信通知{who_is_told(request.user)}。")
    return redirect("filing", period)


def who_is_told(user: User) -> str:
    return "您" if recipients.is_told(user) else f"{user.firm}的人"


@needs(Ability.FILL)
@require_POST
def amend(request: HttpRequest, period: str) -> HttpResponse:
    """Begin the next number of an approved filing."""
    filing = pressed_filing(request, period)
    with refusals_on(request):
        workflow.amend(filing, request.user, clock.now(), ReasonPress(request.POST).said["reason"])
        messages.success(request, "已进入修订。新的上报件经区县审核通过之前，仍以原上报件为准。")
        return redirect("filing", period)
    return redirect("submission", period, filing.in_force.number) if filing.in_force else redirect("filing", period)


@needs(Ability.FILL)
@require_POST
def abandon_amendment(request: HttpRequest, period: str) -> HttpResponse:
    """Back to the approved submission, drafts and all."""
    with refusals_on(request):
        filing = workflow.abandon_amendment(pressed_filing(request, period), request.user, clock.now())
        messages.success(request, f"已放弃修订，仍以第 {filing.approved.number} 次上报为准，草稿已恢复为上报的数。")
        return redirect("submission", period, filing.approved.number)
    return redirect("filing", period)


@needs(Ability.FILL)
@require_POST
def answer(request: HttpRequest, period: str) -> HttpResponse:
    """Answer the district's question about a submission."""
    with refusals_on(request):
        workflow.answer(
            pressed_filing(request, period), request.user, clock.now(), AnswerPress(request.POST).said["note"]
        )
        messages.success(request, "答复已送达区县。")
    return redirect("filing", period)
