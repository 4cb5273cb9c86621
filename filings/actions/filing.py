"""Filings: entered, sent, decided on; then the register follows, in the same transaction."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core.casework.workflow import Flow
from core.facts import Fact, facts_of
from filings import policy
from filings.choices import OPEN_FILINGS, Kind, Paper
from filings.models import Certificate, Filing, PaperShown
from filings.queries.certificates import given_out
from filings.queries.filings import alike, last_filed
from orgs.actions import numbers, register
from orgs.choices import Door, Status, Tier
from orgs.models import Organization
from orgs.queries import activities, filed, terms

SHARED = [name for name in (*policy.TEAM, *policy.LEADER, *policy.LIAISON) if hasattr(Organization, name)]
ONLY_HERE = [name for name in (*policy.LEADER, *policy.LIAISON) if not hasattr(Organization, name)]
PLACE = {"street", "community"}
WATCHED = [name for name in filed.FACTS if name in SHARED]  # what is filed of a team and stands on the form
WORDS = {
    "category": lambda case: terms.categories().get(case.category, case.category),
    "service_fields": lambda case: "、".join(terms.fields().get(code, code) for code in case.service_fields),
    "street": lambda case: case.street.name,
    "community": lambda case: case.community.name,
}


def begin(kind: Kind, organization: Organization | None = None, *, year: int | None = None) -> Filing:
    """An unsaved filing, filled in with what the register holds and with what was filed last: nothing is typed again."""
    filing = Filing(kind=kind, organization=organization, year=year)
    if organization:
        for name in (*SHARED, *Filing.part_dates.values()):
            setattr(filing, name, getattr(organization, name))
        if last := last_filed(organization):
            for name in ONLY_HERE:
                setattr(filing, name, getattr(last, name))
        if kind == Kind.CORRECT:
            filing.filing_no = organization.filing_no or ""
    return filing


def begin_review(organization: Organization, year: int) -> Filing:
    """The yearly review: its summary begins with what the records of activities say."""
    filing = begin(Kind.REVIEW, organization, year=year)
    filing.reason = policy.year_words(year, *activities.in_year(organization, year))
    return filing


def shown_fields(case: Filing) -> list[str]:
    """What the decider sees: the whole form, or for a short one the team's key facts and what is asked for."""
    own = [name for _, names in policy.SECTIONS[Kind(case.kind)] for name in names]
    short = ["name", "street", "community", "leader_name", "member_count", "established_on"]
    return own if "name" in own else [*short, *own]


def editable(case: Filing) -> list[str]:
    """What the author fills in, and what can be returned. The street follows from the community, which a known team keeps unless
    it is corrected."""
    own = [name for _, names in policy.SECTIONS[Kind(case.kind)] for name in names]
    placed = not case.organization_id or case.kind == Kind.CORRECT
    return [name for name in own if name != "street" and (name != "community" or placed)]


def as_registered(case: Filing) -> tuple[str, list[Fact]]:
    """The register as it is, beside what is asked for."""
    if not case.organization_id:
        return "名册原值", []
    own = (*SHARED, *ONLY_HERE, *(("filing_no",) if case.kind == Kind.CORRECT else ()))
    names = [name for name in shown_fields(case) if name in own]
    return "名册原值", facts_of(begin(case.kind, case.organization), names, WORDS)


def register_now(case: Filing) -> list[Fact]:
    """What is filed of the team, as the register says it now: a decision on what was sent rests on it."""
    team = case.organization
    if team is None:
        return []
    now = Filing(**{name: getattr(team, name) for name in WATCHED}, filing_no=team.filing_no or "")
    return facts_of(now, [*WATCHED, "filing_no"], WORDS)


def warnings(case: Filing, by) -> list[str]:
    """What the decider should look at: words of the name, organisations like it."""
    if "name" not in editable(case) or case.state not in OPEN_FILINGS:
        return []
    silent = case.kind == Kind.REVIEW and not activities.in_year(case.organization, case.year)[0]
    quiet = [f"{case.year}年没有这个团队的活动记录。"] if silent else []
    return quiet + policy.name_warnings(case.name, terms.name_words()) + alike(case, by)


# ---- what follows from a decision ----


def file(case: Filing, by, note: str) -> None:
    """The register follows the decision of the street."""
    EFFECTS[Kind(case.kind)](case, by, note)


def opinions(case: Filing, note: str) -> dict:
    """Both opinions as the register keeps them, with their days."""
    committee = FLOW.last_opinion(case, "review")
    day = timezone.localtime(committee.at).date() if committee else None
    said = committee.words if committee else ""
    return {
        "committee_opinion": said[:300], "committee_opinion_on": day,
        "street_opinion": note[:300], "street_opinion_on": timezone.localdate(),
    }  # fmt: skip


def into_register(case: Filing, by, note: str) -> None:
    """A new team."""
    values = {name: getattr(case, name) for name in (*SHARED, *Filing.part_dates.values())} | opinions(
        case, note
    )
    team = Organization(tier=Tier.TEAM, status=Status.FILED, filing_no=number(case), **values)
    try:
        team.full_clean(exclude=["sort_key", "search_text", "name_key"])
    except ValidationError as error:
        raise ValidationError(error.messages) from error
    case.organization = register.create(team, by=by, reason=f"备案 {case.pk}")
    case.filing_no = team.filing_no
    certify(case, by)


def change(case: Filing, by, note: str) -> None:
    """Only what this filing changes is written: what others changed meanwhile stays."""
    team, names = case.organization, [name for name in asked_for(case) if name not in PLACE]
    for name in names:
        setattr(team, name, getattr(case, name))
    update(case, team, names, opinions(case, note), by)
    case.filing_no = team.filing_no or ""
    if case.kind == Kind.CHANGE or case.kind == Kind.REVIEW and set(names) & set(filed.PRINTED):
        certify(case, by)


def correct(case: Filing, by, note: str) -> None:
    """A slip in what is filed is put right, place and number included; the opinions of its filing stay as they are."""
    team, names = case.organization, asked_for(case)
    for name in names:
        setattr(team, name, getattr(case, name) or None if name == "filing_no" else getattr(case, name))
    if PLACE & set(names):
        team.street, team.community, names = case.street, case.community, [*names, *PLACE]
    update(case, team, names, {}, by)
    certify(case, by)


def asked_for(case: Filing) -> list[str]:
    """The fields of the register in which what was sent differs from what stood there then."""
    before = {fact.field: fact for fact in (Fact(*row) for row in case.before["facts"])}
    sent = [Fact(*row) for row in case.frozen]
    named = (*SHARED, "filing_no")
    names = [f.field for f in sent if f.field in named and f != before.get(f.field)]
    return names + [beside for name, beside in Filing.part_dates.items() if name in names]


def update(case: Filing, team: Organization, names: list[str], more: dict, by) -> None:
    for name, words in more.items():
        setattr(team, name, words)
    register.decide(
        team, version=team.version, names=[*names, *more], by=by, door=Door.FILING, reason=f"{case.get_kind_display()}（备案 {case.pk}）",
        clause=policy.CLAUSE,
    )  # fmt: skip


def promote(case: Filing, by, note: str) -> None:
    """A group becomes a team: the same record, with a number and a certificate."""
    case.filing_no = number(case)
    reason = f"小组转备案（备案 {case.pk}）"
    register.promote(case.organization, reason=reason, by=by, filing_no=case.filing_no, settled=True)
    change(case, by, note)
    certify(case, by)


def cancel(case: Filing, by, note: str) -> None:
    reason = f"{case.reason}（备案 {case.pk}）"
    register.change_status(case.organization, status=Status.CANCELLED, reason=reason, by=by, settled=True)
    case.filing_no = case.organization.filing_no or ""


def to_registered(case: Filing, by, note: str) -> None:
    """The district registered the team as a body of its own: the same record, one tier up."""
    register.promote(
        case.organization, reason=f"团队转登记（备案 {case.pk}）", by=by, credit_code=case.credit_code,
        legal_form=case.legal_form, settled=True,
    )  # fmt: skip
    more = {"registration_no": case.registration_no, "certificate_expires_on": case.certificate_expires_on}
    update(case, case.organization, [], more, by)


def number(case: Filing) -> str:
    return numbers.next_filing_number(case.street, timezone.localdate().year)


def certify(case: Filing, by) -> Certificate:
    """Issue the certificate of a filing; the one before it says from now on that the team has changed."""
    return Certificate.objects.create(
        filing=case, organization=case.organization, issued_on=timezone.localdate(), issued_by=by
    )


EFFECTS = {
    Kind.NEW: into_register,
    Kind.CHANGE: change,
    Kind.CORRECT: correct,
    Kind.REVIEW: change,
    Kind.CANCEL: cancel,
    Kind.PROMOTE: promote,
    Kind.REGISTER: to_registered,
}
FLOW = Flow(
    workflow=policy.FILING, model=Filing, subject="organization", detail="filings:filing", fields=shown_fields,
    editable=editable, words=WORDS,
    related=("street", "community", "organization__street", "organization__community"), before=as_registered,
    rests_on=register_now, warnings=warnings, given_out=given_out, effects=dict.fromkeys((*policy.GRANTS, "register"), file),
)  # fmt: skip


@transaction.atomic
def show_paper(filing: Filing, paper: Paper, *, by) -> Filing:
    """Remember that a paper of a decided filing was opened. The filing as it is then: a decision that was being taken back
    just now has ended, and what is drawn must not show it."""
    filing = FLOW.locked(filing)
    rows = PaperShown.objects.filter(filing=filing, paper=paper)
    if filing.decided_at and not rows.filter(shown_at__gte=filing.decided_at).exists():
        PaperShown.objects.create(filing=filing, paper=paper, shown_to=by)
    return filing


# ---- what is entered ----


def sending(filing: Filing) -> str:
    """The step that sends a new filing on its way."""
    return "submit_correction" if filing.kind == Kind.CORRECT else "submit"


def enter(filing: Filing, *, by, send: bool = True) -> Filing:
    """Store a filing and send it to the committee, or keep it as a draft."""
    if not policy.suits(filing.kind, filing.organization):
        raise ValidationError(f"“{filing.organization}”现在不能办理{filing.get_kind_display()}。")
    return FLOW.enter(filing, by=by, send=sending(filing) if send else "")


def start_review(organization: Organization, year: int, *, by, reason: str) -> Filing:
    """The yearly review of one team, from what the register holds, sent to its committee."""
    filing = begin_review(organization, year)
    filing.reason += reason
    return enter(filing, by=by)
