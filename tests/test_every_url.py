"""Every address of the project, walked by every role and by a stranger. A new address fails until it is in PAGES."""

import json
import re
import uuid
from datetime import date, time
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import get_resolver, resolve, reverse
from django.urls.resolvers import URLPattern

from accounts.clock import real_now
from accounts.models import (
    DUTIES,
    Ability,
    Application,
    CodeCorrection,
    DeadAddress,
    DistrictChange,
    Duties,
    Enterprise,
    Grant,
    Letter,
    Scope,
    User,
)
from forms_tables.edition.catalog import shipped_content
from reporting import workflow
from reporting.editions.tally import EffectTally
from reporting.history import steps as history_steps
from reporting.history.tasks import carry_out_history
from reporting.models import (
    Announcement,
    BaseAdjustment,
    Certificate,
    DraftEdition,
    ExtensionRequest,
    Filing,
    FrequentQuestion,
    HistoryCode,
    HistoryObjection,
    ImportedFiling,
    LateRequest,
    LockProposal,
    LongExport,
    Message,
    Period,
    PublishedEdition,
    RegisterImport,
    Rehearsal,
    Release,
    Scan,
    SignUp,
    State,
    TrainingMaterial,
    TrainingSession,
    Urging,
)
from reporting.practice.choosing import EVERYBODY, Participants
from reporting.practice.opening import open_practice
from reporting.register import moves, tasks
from reporting.register.imports import steps
from reporting.releases.making import freeze_found
from reporting.standing_in.granting import token_of
from tests.cast import AT, FREE_CODE, assemble, make_district, make_user
from tests.history.books import book, of, stand
from tests.may import AFTER_DUE, CLEAN_MAY, fresh, make_may, open_period
from tests.officials import file_may, make_it_be
from tests.reading import markup_of
from tests.register.test_register_import import workbook
from tests.staging import built_once
from tests.succession.papers import propose

ROLES = ("enterprise", "district", "association", "city", "system")
OFFICES = "district association city system"
EDITION = "chongqing-2024"
OPEN = "stranger"  # anybody, signed in or not

# Address → who may open it. "POST" in front: it only takes a POST, so opening it answers 405 to those who may.
PAGES = {
    "sign_in": OPEN,
    "sign_out": f"POST {OPEN}",
    "activate": OPEN,
    "forgotten_password": OPEN,
    "forgotten_password_sent": OPEN,
    "reset_password": OPEN,
    "password_strength": f"POST {OPEN}",
    "account": " ".join(ROLES),
    "change_password": " ".join(ROLES),
    "colleagues": "enterprise",
    "switch_account": "enterprise district city system",
    "resend_activation": "POST enterprise district city system",
    "my_firms": "enterprise",
    "invitation_to_stand_in": "enterprise",
    "accept_grant": "POST enterprise",
    "decline_grant": "POST enterprise",
    "grant_reminders": "POST enterprise",
    "grants": "enterprise",
    "firm_grants": "district city",
    "end_grant": "enterprise district",
    "send_colleague_link": "POST enterprise",
    "replace_colleague": "enterprise",
    "object_signed_in": "POST enterprise",
    "ask_takeover": OPEN,
    "takeover_asked": OPEN,
    "object_to_takeover": OPEN,
    "propose_takeover": "district",
    "takeovers": "district city",
    "takeover": "district city",
    "takeover_document": "district city",
    "confirm_takeover": "POST city",
    "refuse_takeover": "POST district city",
    "withdraw_takeover": "POST district city",
    "hand_over_desk": "city system",
    "users": "city system",
    "outbox": "city system",
    "try_letters_again": "POST city system",
    "invite_official": "city system",
    "contacts": OFFICES,
    "edit_contact_of": "city",
    "contacts_workbook": OFFICES,
    "import_contacts": "district city",
    "confirm_contacts": "POST district city",
    "trainings": "enterprise district association city",
    "training": "enterprise district association city",
    "arrange_training": "association city",
    "change_training": "association city",
    "cancel_training": "association city",
    "attach_material": "POST association city",
    "withdraw_material": "POST association city",
    "training_material": "enterprise district association city",
    "preview_training": "association city",
    "send_training": "POST association city",
    "sign_up": "POST enterprise district",
    "cancel_sign_up": "POST enterprise district",
    "training_door": "association city",
    "tick_attendance": "POST association city",
    "walk_in": "POST association city",
    "training_roster": "district association city",
    "trained_firms": "district association city",
    "trained_firms_workbook": "district association city",
    "questions": " ".join(ROLES),
    "write_question": "association city",
    "change_question": "association city",
    "take_answer": "POST district association city",
    "edit_contact": "district",
    "edit_city_phone": "city",
    "journal": "enterprise district city system",
    "export_journal": "enterprise district city system",
    "exports": " ".join(ROLES),
    "export": " ".join(ROLES),
    "try_export_again": "POST " + " ".join(ROLES),
    "export_file": " ".join(ROLES),
    "letters": "system",
    "apply": OPEN,
    "credit_code_answer": OPEN,
    "applied": OPEN,
    "application_state": OPEN,
    "applications": "district city",
    "owed_from": "district city",
    "application": "district city",
    "approve_application": "POST district",
    "refuse_application": "POST district",
    "own_firm": "enterprise",
    "firms": OFFICES,
    "import_register": "district city",
    "register_import": "district city",
    "confirm_import": "POST district city",
    "try_import_again": "POST district city",
    "marked_import": "district city",
    "register_template": "district city",
    "export_register": OFFICES,
    "firm": OFFICES,
    "edit_firm_contact": "district city",
    "move_firm": "district city",
    "stop_firm": "district city",
    "resume_firm": "district city",
    "first_day": "district city",
    "owed_by_first_day": "district city",
    "moves": "district city",
    "move": "district city",
    "accept_move": "POST district",
    "decline_move": "POST district",
    "withdraw_move": "POST district city",
    "open_account": "POST district city",
    "doubles": "district city",
    "merge_doubles": "city",
    "tell_doubles_apart": "POST city",
    "report_double": "district city",
    "correct_code": "district city",
    "code_correction": "district city",
    "confirm_code": "POST enterprise city",
    "object_to_code": "POST enterprise city",
    "withdraw_code": "POST district city",
    "own_code": "enterprise",
    "district_changes": "city",
    "preview_district_change": "POST city",
    "press_district_change": "POST city",
    "district_change": "city",
    "take_back_district_change": "POST city",
    "key_firms": "city",
    "home": " ".join(ROLES),
    "manual": OPEN,
    "start": "city system",
    "practice": "enterprise district association city",
    "open_practice": "association city",
    "wipe_practice": "association city",
    "history": "enterprise",
    "imported_period": "enterprise",
    "history_objections": "district association city",
    "decide_history_objection": "POST district city",
    "city_history": "city",
    "history_import": "city",
    "confirm_history": "POST city",
    "try_history_again": "POST city",
    "history_problems": "city",
    "history_file": "city",
    "history_source": "city",
    "withdraw_history": "POST city",
    "preview_history_letter": "city",
    "send_history_letter": "POST city",
    "history_codes": "city",
    "history_codes_workbook": "city",
    "drop_history_code": "POST city",
    "history_sheet": "city",
    "history_blank": "city",
    "filing": "enterprise",
    "check": "POST enterprise",
    "wrong_cells": "enterprise",
    "explain": "POST enterprise",
    "workbook": "enterprise",
    "confirm_workbook": "POST enterprise",
    "marked_workbook": "POST enterprise",
    "submit": "enterprise",
    "recall": "POST enterprise",
    "extension": "POST enterprise",
    "late": "POST enterprise",
    "amend": "POST enterprise",
    "abandon_amendment": "POST enterprise",
    "answer": "POST enterprise",
    "adjustments": "enterprise",
    "submission": "enterprise",
    "submission_workbook": "enterprise",
    "filing_paper": "enterprise",
    "submission_paper": "enterprise",
    "reviewed_paper": "district association city",
    "attach_scan": "POST enterprise",
    "scan": "enterprise district association city",
    "sheet": "enterprise",
    "known_beside_sheet": "enterprise",
    "books": "enterprise",
    "take_books": "POST enterprise",
    "sheet_rules": "enterprise",
    "code_list": "enterprise",
    "outstanding": "district association city",
    "edit_official": "city system",
    "import_officials": "city system",
    "confirm_officials": "POST city system",
    "officials_template": "city system",
    "firm_accounts": "district city",
    "preview_invitations": "POST district city",
    "send_invitations": "POST district city",
    "invitations_course": "district city",
    "reminders": "district city",
    "preview_urging": "POST district city",
    "send_urging": "POST district city",
    "urging_outcome": "district city",
    "reminder_schedule": "district association city",
    "sent_letters": "district city",
    "sent_letter": "district city",
    "try_letter_again": "POST district city",
    "dead_addresses": "district city",
    "confirm_address": "POST district city",
    "inbox": "enterprise district association city",
    "thread": "enterprise district association city",
    "announcements": " ".join(ROLES),
    "announcement": " ".join(ROLES),
    "acknowledge_announcement": "POST enterprise district",
    "write_announcement": "city",
    "take_down_announcement": "POST city",
    "district_home": "district",
    "district_current_queue": "district",
    "district_queue": "district",
    "district_approve_clean": "POST district",
    "district_undo_clean": "POST district",
    "district_review": "district",
    "district_record": "district",
    "district_said_before": "district",
    "district_approve": "POST district",
    "district_undo": "POST district",
    "district_send_back": "POST district",
    "district_query": "POST district",
    "district_answer_city": "POST district",
    "district_requests": "district",
    "district_decide_extension": "POST district",
    "district_decide_late": "POST district",
    "district_decide_adjustment": "POST district",
    "district_totals": "district",
    "district_workbook": "district",
    "district_growth": "district",
    "district_night": "district",
    "district_current_picture": "district",
    "district_picture": "district",
    "current_league": "district association city",
    "league": "district association city",
    "league_year": "district association city",
    "league_workbook": "district association city",
    "league_filings": "district association city",
    "record": "district association city",
    "issue_certificate": "POST district city",
    "own_record": "enterprise",
    "firm_year_own": "enterprise",
    "firm_year": "district association city",
    "issue_own": "POST enterprise",
    "certificate": "enterprise district association city",
    "verify": OPEN,
    "association_home": "association city",
    "mark_checked": "POST association city",
    "city_home": "association city",
    "city_requests": "association city",
    "city_submissions": "association city",
    "city_submission": "association city",
    "city_query": "POST association city",
    "city_return": "POST association city",
    "city_totals": "association city",
    "city_workbook": "association city",
    **dict.fromkeys(("cut", "cut_file", "cut_firms", "cut_firms_file"), "district association city"),
    **dict.fromkeys(("save_cut", "change_cut", "forget_cut"), "POST district association city"),
    "search": "district association city",
    "city_growth": "association city",
    "city_night": "association city",
    **dict.fromkeys(("city_current_picture", "city_picture", "city_current_map", "city_map"), "association city"),
    "city_package": "association city",
    "city_periods": "association city",
    "city_open_period": "POST city",
    "city_period": "association city",
    "city_set_deadlines": "POST city",
    "city_allow_estimates": "POST city",
    "city_lock": "POST city",
    "city_confirm_lock": "POST city",
    "city_withdraw_lock": "POST city",
    "city_correct": "POST city",
    "city_make_release": "POST city",
    "city_releases": "association city",
    "city_lock_limit": "POST city",
    "city_review_limits": "city",
    "city_revisions": "association city",
    "city_revisions_workbook": "association city",
    "city_release": "association city",
    "city_release_workbook": "association city",
    "city_withdraw_period": "city",
    "city_archive": "POST city",
    "calendar": " ".join(ROLES),
    "calendar_year": " ".join(ROLES),
    "enter_calendar": "city",
    "confirm_calendar": "POST city",
    "calendar_template": "city",
    "readings": "association city",
    "choose_reading": "POST city",
    "deadlines": " ".join(ROLES),
    "deadlines_of_year": " ".join(ROLES),
    "city_parameters": "association city",
    "city_set_parameter": "POST city",
    "city_governance": "association city",
    "city_govern": "POST city",
    "city_place_district": "POST city",
    "city_editions": "association city",
    "city_edition": "association city",
    "city_edition_table": "association city",
    "city_code_lists": "association city",
    "city_rules": "association city",
    "recheck": "district association city",
    "recheck_districts": "association city",
    "recheck_firms": "district association city",
    "recheck_firm": "district association city",
    "recheck_rule": "district association city",
    "recheck_decide": "POST district association city",
    "recheck_workbook": "district association city",
    "city_desk": "association city",
    "city_desk_begin": "POST city",
    "city_desk_abandon": "POST city",
    "city_desk_undo": "POST city",
    "city_desk_revision": "association city",
    "city_desk_rehearse": "POST city",
    "city_desk_rehearsal": "association city",
    "city_desk_rehearsal_filings": "association city",
    "city_desk_publish": "city",
    "city_desk_parameters": "association city",
    "city_desk_new_parameter": "city",
    "city_desk_parameter": "association city",
    "city_desk_drop_parameter": "POST city",
    "city_desk_codes": "association city",
    "city_desk_indicators": "association city",
    "city_desk_new_indicator": "city",
    "city_desk_indicator": "association city",
    "city_desk_drop_indicator": "POST city",
    "notation": "association city",
    "city_desk_workbook": "association city",
    "city_desk_confirm_workbook": "POST city",
    "city_desk_draft_workbook": "association city",
    "city_desk_edition_workbook": "association city",
    "city_desk_rules": "association city",
    "city_desk_rule": "association city",
    "city_desk_effect": "POST association city",
    "city_desk_save_rule": "POST city",
    "city_desk_drop_rule": "POST city",
}

# What a stranger gets who has nothing to show there: no link of their own, no application just sent.
OPEN_STATUS = {"applied": 404, "object_to_takeover": 404, "sign_out": 302}

# Rows that belong to one firm or district: another one of the same role gets 404, for a read and for a write.
OWNED = {
    "enterprise": [
        "check", "wrong_cells", "explain", "submission", "recall", "extension", "late", "amend", "abandon_amendment",
        "answer", "workbook", "confirm_workbook", "marked_workbook", "submit", "sheet", "filing_paper",
        "submission_paper", "adjustments", "attach_scan", "scan", "thread",
        "known_beside_sheet", "code_list", "books", "take_books",
        "certificate", "cancel_sign_up", "object_signed_in", "send_colleague_link", "replace_colleague",
        "accept_grant", "decline_grant", "grant_reminders", "end_grant",
    ],
    "district": [
        "application", "approve_application", "refuse_application", "district_review", "district_approve",
        "district_record", "district_said_before",
        "district_send_back", "district_query", "district_answer_city", "reviewed_paper", "district_decide_late",
        "district_decide_extension", "district_decide_adjustment", "scan", "firm", "edit_firm_contact",
        "move_firm", "stop_firm", "resume_firm", "first_day", "owed_by_first_day", "move", "accept_move",
        "decline_move", "withdraw_move", "open_account", "thread", "league_filings", "record", "issue_certificate",
        "firm_year",
        "certificate", "sent_letter", "try_letter_again", "confirm_address", "urging_outcome", "register_import",
        "confirm_import", "try_import_again", "marked_import", "take_answer", "cancel_sign_up",
        "propose_takeover", "takeover", "takeover_document",
        "refuse_takeover", "withdraw_takeover", "decide_history_objection", "firm_grants", "end_grant", "recheck_firm",
    ],
}  # fmt: skip


def named_patterns(patterns=None) -> dict[str, URLPattern]:
    found = {}
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            found[pattern.name] = pattern
        else:
            found |= named_patterns(pattern.url_patterns)
    return found


def a_row_of_everything() -> SimpleNamespace:
    cast = assemble()
    may = make_may(cast)
    may.cast = cast
    workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY, 0, may.clerk, AT)
    judgement = workflow.check(may.filing, may.clerk, AT)
    for finding in judgement.warnings:
        workflow.explain(may.filing, finding.rule, finding.fingerprint, may.clerk, AT, reason_code="01")
    may.submission = workflow.submit(may.filing, may.clerk, AT, signer="王经理", committed=True)
    asked = {"filing": may.filing, "reason": "财务交接", "asked_by": may.clerk, "asked_at": AFTER_DUE}
    may.extension = ExtensionRequest.objects.create(**asked, until=date(2024, 6, 13))
    may.late = LateRequest.objects.create(**asked)
    may.adjustment = BaseAdjustment.objects.create(**asked, cell="2010.c2", old="1", new="2")
    may.letter = Letter.objects.filter(stem="filing/submitted", district=cast.yuzhong).first()
    may.dead = DeadAddress.objects.create(
        address="old@example.com", enterprise=may.firm, district=cast.yuzhong, reason="550", noticed_at=AT
    )
    may.urging = Urging.objects.create(
        token=uuid.uuid4(), period=may.may, district=cast.yuzhong, by=cast.chen_yu, at=AT, previewed_at=AT,
        chosen={"state": "", "district": "", "search": ""},
    )  # fmt: skip
    may.scan = Scan.objects.create(
        submission=may.submission, file=ContentFile(b"%PDF-1.4", "scan.pdf"), pages=1, by=may.clerk, at=AT
    )
    may.announcement = Announcement.objects.create(title="通知", text="正文", by=may.city, at=AT)
    may.certificate = Certificate.objects.create(
        code="2024M05", enterprise=may.firm, name=may.firm.name, first="2024M05", last="2024M05", rows=[],
        issued_by=may.clerk, issued_at=AT,
    )  # fmt: skip
    may.session = TrainingSession.objects.create(
        title="月报培训", day=date(2030, 6, 20), begins=time(9), ends=time(11), place="一号会议室", to_ask="刘芳",
        audience="everybody", by=may.city, at=AT,
    )  # fmt: skip
    may.material = TrainingMaterial.objects.create(
        session=may.session, file=ContentFile(b"%PDF-1.4", "1.pdf"), name="讲义.pdf", size=8, digest="0", by=may.city,
        at=AT,
    )  # fmt: skip
    may.signed = SignUp.objects.create(
        session=may.session, enterprise=may.firm, name="李娜", state=SignUp.State.SIGNED, by=may.clerk, at=AT
    )
    may.message = Message.objects.create(filing=may.filing, text="请按合同区分。", by=may.city, at=AT)
    may.question = FrequentQuestion.objects.create(
        question="怎么填", answer="照合同填", by=may.city, at=AT, changed_at=AT
    )
    liangjiang = make_district("CQ-LJ", "两江新区", 42)
    may.move = moves.propose_move(
        may.firm, liangjiang, since=date(2024, 5, 10), reason="迁址", by=cast.chen_yu, at=AT
    )  # fmt: skip
    may.takeover = propose(may.firm, cast.chen_yu)
    given = {"enterprise": may.firm, "email": "m@example.com", "basis": "集团", "given_by": may.clerk, "given_at": AT}
    may.grant = Grant.objects.create(name="赵敏", person=cast.zhao_min, **given)
    may.invited = Grant.objects.create(name="李娜", **given)
    may.application = Application.objects.create(
        credit_code=FREE_CODE, name="重庆新来软件有限公司", district=cast.yuzhong, contact_name="新来",
        mobile="13900000000", email="new@example.com", scope="1", lookup_key="ABCDEFGH", applied_at=AT,
    )  # fmt: skip
    may.correction = CodeCorrection.objects.create(
        enterprise=may.firm, wrong=may.firm.credit_code, right=FREE_CODE, reason="抄错", proposed_by=may.reviewer,
        proposed_at=AT,
    )  # fmt: skip
    may.change = DistrictChange.objects.create(
        token=uuid.uuid4(), district=liangjiang, since=date(2024, 7, 1), reason="区划调整", by=may.city, at=AT
    )
    return may


stage = built_once(a_row_of_everything)


@pytest.fixture
def may(stage, db, settings, tmp_path):
    return stage.set_up(settings, tmp_path)


@pytest.fixture
def cast(may):
    return may.cast


def of_the_desk(name: str, may) -> dict:
    """What its addresses speak of: a revision and, on top of it, an open draft that was rehearsed."""
    text = json.dumps(shipped_content(EDITION))
    said = {"family": EDITION, "title": "制度", "digest": "0", "published_at": AT}
    first = PublishedEdition.objects.create(code=EDITION, **said)
    told = {"holds_from": "2024M06", "reason": "通知", "published_by": may.city}
    second = PublishedEdition.objects.create(code=f"{EDITION}@2", number=2, text=text, based_on=first, **told, **said)
    people = {"begun_by": may.city, "begun_at": AT, "changed_by": may.city, "changed_at": AT}
    draft = DraftEdition.objects.create(family=EDITION, based_on=second, text=text, **people)
    seen = Rehearsal.objects.create(
        draft=draft, version=0, period=may.may, state=Rehearsal.DONE, by=may.city, at=AT,
        effect={
            **EffectTally(draft.edition, second.edition, "month").effect(),
            "lists": {"blocked": [may.filing.pk]},
            "spoken": AT.isoformat(),
        },
    )  # fmt: skip
    code = {"revision": second.code, "indicator": "2010"}.get(name.rpartition("_")[2], "R604")
    edition = {"code": EDITION} if "edition" in name else {"code": code}
    return {**edition, "pk": seen.pk, "which": "blocked", "sort": "rule", "name": "FX"}


def an_import(may) -> RegisterImport:
    """A register with a problem, uploaded by the district and tried."""
    upload = SimpleUploadedFile("名录.xlsx", workbook({"统一社会信用代码": "1"}).getvalue())
    stored = steps.begin(upload, may.reviewer, AT, real_now())
    tasks.carry_out_import(stored.pk)
    return stored


def an_export(may) -> LongExport:
    """Once: the list of them is a page too, and says the same at every asking."""
    if made := LongExport.objects.first():
        return made
    asked = {"kind": "journal", "asked": {"file": "csv"}, "name": "操作日志.csv", "state": LongExport.DONE}
    stored = LongExport.objects.create(**asked, by=may.city, at=AT, effect={"spoken": AT.isoformat()})
    stored.file.save("操作日志.csv", ContentFile(b""))
    return stored


OF_A_SESSION = (
    *("training", "change_training", "cancel_training", "attach_material", "preview_training", "send_training"),
    *("sign_up", "training_door", "walk_in", "training_roster"),
)


def an_imported_period(may, name: str) -> int:
    """What an address of imported history speaks of: a file with a row of the firm, an upload with a problem, a line
    of the concordance, an objection."""
    standing = ImportedFiling.objects.standing().filter(enterprise=may.firm)
    imported = standing.first() or stand(may.firm, "2024M05", {"2010.c1": "800.00"})
    imported.source.file.save("history.xlsx", ContentFile(book(of(may.firm, "2024M05") | {"2010.c1": 800})))
    if name in ("history_import", "confirm_history", "try_history_again", "history_problems"):
        upload = SimpleUploadedFile("历史.xlsx", book(of(may.firm, "2099M01") | {"2010.c1": 1}))
        stored = history_steps.begin(upload, False, "", by=may.city, at=AT, real=real_now())
        carry_out_history(stored.pk)
        return stored.pk
    if name == "drop_history_code":
        return HistoryCode.objects.get_or_create(old="B01", defaults={"new": "2010", "at": AT})[0].pk
    if name == "decide_history_objection":
        asked = {"reason": "漏计", "asked_by": may.clerk, "asked_at": AT, "old": "800.00", "new": "810.00"}
        about = {"period": "2024M05", "edition_code": EDITION, "cell": "2010.c1"}
        return HistoryObjection.objects.get_or_create(enterprise=may.firm, **about, defaults=asked)[0].pk
    return imported.source_id


def a_release() -> Release:
    """Of a month that was locked before there were releases."""
    if made := Release.objects.filter(period="2024M03").first():
        return made
    march = open_period("2024M03", date(2024, 4, 1))
    Period.objects.filter(pk=march.pk).update(state=Period.LOCKED, locked_at=AT)
    return freeze_found(march, None, AT)


def a_practice(may) -> Period:
    everybody = Participants(EVERYBODY)
    return open_practice(may.may.parsed, AT.date(), everybody, may.analyst, AT).period


def address(name: str, may) -> str:
    pk = {
        "application": may.application.pk,
        "approve_application": may.application.pk,
        "refuse_application": may.application.pk,
        **dict.fromkeys(("move", "accept_move", "decline_move", "withdraw_move"), may.move.pk),
        **dict.fromkeys(("accept_grant", "decline_grant", "grant_reminders", "end_grant"), may.grant.pk),
        **dict.fromkeys(("code_correction", "confirm_code", "object_to_code", "withdraw_code"), may.correction.pk),
        **dict.fromkeys(("district_change", "take_back_district_change"), may.change.pk),
        "district_decide_extension": may.extension.pk,
        "district_decide_late": may.late.pk,
        "scan": may.scan.pk,
        "district_decide_adjustment": may.adjustment.pk,
        "thread": may.filing.pk,
        "sent_letter": may.letter.pk,
        "try_letter_again": may.letter.pk,
        "confirm_address": may.dead.pk,
        "edit_official": may.reviewer.pk,
        "hand_over_desk": may.reviewer.pk,
        **dict.fromkeys(("takeover", "takeover_document", "object_signed_in"), may.takeover.pk),
        **dict.fromkeys(("confirm_takeover", "refuse_takeover", "withdraw_takeover"), may.takeover.pk),
        "announcement": may.announcement.pk,
        "acknowledge_announcement": may.announcement.pk,
        "take_down_announcement": may.announcement.pk,
        **dict.fromkeys(OF_A_SESSION, may.session.pk),
        "training_material": may.material.pk,
        "withdraw_material": may.material.pk,
        "cancel_sign_up": may.signed.pk,
        "tick_attendance": may.signed.pk,
        "change_question": may.question.pk,
        "take_answer": may.message.pk,
    }
    known = {
        "period": "2024M05",
        "key": "t6",
        "number": 1,
        "receipt": may.submission.receipt,
        "code": EDITION if "edition" in name or name in ("city_code_lists", "city_rules") else "2024M05",
        "edition": EDITION,
        "mark": "0123456789abcdef",
        "level": "enterprise",
        "credit_code": may.firm.credit_code,
        **dict.fromkeys(("kept", "one"), may.firm.credit_code),
        **dict.fromkeys(("merged", "other"), may.other_filing.enterprise.credit_code),
        "kind": "csv",
        "uidb64": "MQ",
        "token": {"urging_outcome": may.urging.token, "invitation_to_stand_in": token_of(may.invited)}.get(name, "abc"),
        "pk": pk.get(name, may.clerk.pk),
        "year": 2024,
        "district": may.filing.district.code,
        "measure": "on_time_rate",
        "rule_id": "R604",
        "rule": "R604",
        "code_list": "C18",
    }
    if name.startswith("city_desk"):
        known |= of_the_desk(name, may)
    if "history" in name or name == "imported_period":
        known |= {"pk": an_imported_period(may, name), "frequency": "month"}
    elif "export" in name:
        known["pk"] = an_export(may).pk
    elif name.endswith("_import") or name == "try_import_again":
        known["pk"] = an_import(may).pk
    if name in ("city_confirm_lock", "city_withdraw_lock"):
        known["pk"] = LockProposal.objects.get_or_create(period=may.may, defaults={"by": may.city, "at": AT})[0].pk
    if name in ("city_release", "city_release_workbook"):
        known["code"] = a_release().code
    if name == "key_firms":
        return reverse(name)
    if name == "wipe_practice":
        known["code"] = a_practice(may).code
    wanted = named_patterns()[name].pattern.converters or named_patterns()[name].pattern.regex.groupindex
    return reverse(name, kwargs={argument: known[argument] for argument in wanted})


@pytest.fixture
def observer(may, monkeypatch):
    """A role nobody knew, by a line of the table alone; only the database's own check of the roles is set aside."""
    reading = frozenset({Ability.READ_FILINGS, Ability.READ_REGISTER, Ability.READ_CITY})
    words = {"label": "统计局观察员", "person": "统计局观察员", "office": "市统计局", "home": "city_home"}
    monkeypatch.setitem(DUTIES, "observer", Duties(scope=Scope.CITY, abilities=reading, **words))
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(
                f"ALTER TABLE {User._meta.db_table} DROP CONSTRAINT role_agrees_with_enterprise_and_district"
            )
    yield make_user("guancha", "许明", "observer")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def test_every_address_is_in_the_table():
    assert set(named_patterns()) == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_opens_to_those_who_may_and_to_nobody_else(name, may, cast, client):
    url = address(name, may)
    only_post, who = PAGES[name].startswith("POST "), PAGES[name].removeprefix("POST ").split()
    stranger = client.get(url)
    if OPEN in who:
        assert stranger.status_code == OPEN_STATUS.get(name, 405 if only_post else 200)
        return
    assert "/login/" in stranger.url
    assert "/login/" in client.post(url).url
    for role, person in cast.one_per_role.items():
        if role not in who and connection.vendor != "sqlite":
            continue  # a role's refusal comes before any question to the record: SQLite's lane has them all
        client.force_login(person)
        RegisterImport.objects.update(district=person.district)  # which is seen by its own office alone
        LongExport.objects.update(by=person, kind="journal" if role == "enterprise" else "register")
        status = client.get(url).status_code
        if role not in who:
            assert status == 403, f"{role} gets {status}"
            assert client.post(url).status_code == 403, f"{role} may POST"
        elif only_post:
            assert status == 405
        else:
            assert status in (200, 302), f"{role} gets {status}"
        client.logout()


# The association asks, talks, teaches and trains, an observer does not.
NOT_TO_READ = {
    *(
        "city_query",
        "city_return",
        "recheck_decide",
        "association_home",
        "mark_checked",
        "inbox",
        "thread",
        "open_practice",
        "wipe_practice",
    ),
    *("arrange_training", "change_training", "cancel_training"),
    *("attach_material", "withdraw_material", "preview_training", "send_training", "training_door", "tick_attendance"),
    *("walk_in", "write_question", "change_question"),
}


def test_a_role_that_is_new_in_the_table_opens_what_its_abilities_say(may, observer, client):
    client.force_login(observer)
    refused_behind = {}
    for name in PAGES:
        with transaction.atomic():
            url = address(name, may)
            LongExport.objects.update(by=observer, kind="register")
            page = opened_as_it_may(name, url, client)
            refused_behind |= {link: name for link in links_on(page) if not is_open_to(observer, link)}
            transaction.set_rollback(True)  # what the address speaks of was made for it
    # A rule is tried in the form that saves it; the button that saves is not on the page.
    assert refused_behind == {"/city/desk/rules/R604/save/": "city_desk_rule"}


def opened_as_it_may(name: str, url: str, client):
    page, who = client.get(url), PAGES[name].split()
    if OPEN in who:
        assert page.status_code < 500, name
    elif "association" not in who or name in NOT_TO_READ:
        assert (page.status_code, client.post(url).status_code) == (403, 403), name
    elif "POST" in who:
        assert page.status_code == 405, name
    else:
        assert page.status_code in (200, 302), f"{name}: {page.status_code}"
    return page


def links_on(page) -> set[str]:
    """Where the page's links and forms lead on this site; what is downloaded has none."""
    if page.status_code != 200 or page.streaming or not page["Content-Type"].startswith("text/html"):
        return set()
    found = re.findall(r'<(?:a|form) [^>]*(?:href|action)="(/[^"]*)"', markup_of(page))
    return {link.partition("#")[0].partition("?")[0] for link in found}


def is_open_to(person: User, path: str) -> bool:
    needed = getattr(resolve(path).func, "abilities", person.duties.abilities)
    return bool(person.duties.abilities.intersection(needed))


@pytest.mark.parametrize("name", OWNED["enterprise"])
def test_hides_one_firms_rows_from_another(name, may, client):
    Filing.objects.filter(pk=may.other_filing.pk).update(period=may.may)
    url = address(name, may)
    client.force_login(may.other_clerk)
    before = may.filing.submissions.count(), may.filing.sheets.get().cells
    client.get(url)
    client.post(
        url, {"2010.c1": "1", "version": "1", "signer": "别人", "committed": "yes", "note": "别人", "reason": "别人"}
    )
    assert (may.filing.submissions.count(), may.filing.sheets.get().cells) == before
    if name in ("submission", "scan", "thread"):
        assert client.get(url).status_code == 404


def test_a_firm_that_submits_sends_its_own_filing_and_no_other(may, client):
    make_it_be(date(2024, 6, 5))
    workflow.recall(may.filing, may.clerk, AT)  # both firms are ready to submit, one of them does
    Enterprise.objects.filter(pk=may.other_filing.enterprise_id).update(attributes=may.firm.attributes)
    file_may(may.other_filing, may.other_clerk)
    workflow.recall(may.other_filing, may.other_clerk, AT)
    client.force_login(may.other_clerk)
    client.post(address("submit", may), {"signer": "孙经理", "committed": "yes", "reason": "撤回后更正"})
    assert fresh(may.other_filing).state == State.SUBMITTED
    assert fresh(may.filing).state == State.DRAFT


@pytest.mark.parametrize("name", OWNED["district"])
def test_hides_one_districts_rows_from_another(name, may, client):
    client.force_login(may.other_reviewer)
    assert client.get(address(name, may)).status_code in (404, 405)
    only_read = name in (
        "owed_by_first_day", "district_review", "district_record", "district_said_before", "scan", "sent_letter",
        "urging_outcome", "register_import",
        "marked_import", "takeover_document", "reviewed_paper",
    )  # fmt: skip
    assert client.post(address(name, may), {"note": "别处"}).status_code == (405 if only_read else 404)
