"""What stands on the papers of a filing: said once for the page, the print and the PDF."""

import datetime

from django.utils import timezone

from core.words import shown
from core.workflow import facts_of
from filings import policy
from filings.actions.filing import FLOW, WORDS
from filings.choices import Kind
from filings.models import Certificate, Filing
from filings.queries.certificates import category, issuer

OPINIONS = [
    ("所在社区备案意见", ("review",)),
    ("街镇审核意见", ("approve", "recommend", "refuse")),
    ("区民政局意见", ("register", "refuse_register")),
]


def chinese(day: datetime.date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def form_sections(filing: Filing, *, whole: bool = False) -> list[tuple[str, list[tuple[str, str]]]]:
    """[(section, [(label, words)])] in the order of the 备案表; whole: with phones and addresses, for a recorded purpose."""
    own = dict(policy.SECTIONS[Kind(filing.kind)])
    sections = [(title, names) for title, names in policy.FORM if title not in own or own[title]]
    sections += [(title, names) for title, names in own.items() if title not in dict(policy.FORM)]
    found = []
    for title, names in sections:
        rows = []
        for fact in facts_of(filing, names, WORDS):
            open_now = whole and fact.field in filing.personal
            rows.append((fact.label, shown(getattr(filing, fact.field)) if open_now else fact.words))
        found.append((title, rows))
    return found


def opinions(filing: Filing) -> list[dict]:
    """Each opinion with who gave it and when; an empty one stays as a blank to be signed."""
    found = []
    for label, verbs in OPINIONS:
        said = FLOW.last_opinion(filing, *verbs)
        if said or label != OPINIONS[-1][0]:
            found.append({
                "label": label, "words": said.words if said else "", "who": said.who if said else "",
                "day": chinese(timezone.localdate(said.at)) if said else "    年  月  日",
            })  # fmt: skip
    return found


def certificate_rows(certificate: Certificate) -> list[tuple[str, str]]:
    """The facts of a certificate, as they were filed."""
    filing = certificate.filing
    return [
        ("备案编号", filing.filing_no),
        ("团队名称", filing.name),
        ("类　　别", category(filing)),
        ("所属社区", f"{filing.street.name}{filing.community.name}"),
        ("负 责 人", filing.leader_name),
        ("活动地点", filing.activity_place),
        ("发证日期", chinese(certificate.issued_on)),
    ]


def certificate_words(certificate: Certificate) -> str:
    return f"“{certificate.filing.name}”已在{issuer(certificate.filing)}备案，特此证明。备案不等于登记，不具有法人资格，不得从事营利性经营活动。"


def public_rows(certificate: Certificate) -> list[tuple[str, str]]:
    """What anybody may read: no phone, and of the leader's name the family name only."""
    filing = certificate.filing
    leader = (
        f"{filing.leader_name[:1]}{'*' * max(1, len(filing.leader_name) - 1)}" if filing.leader_name else "—"
    )
    return [
        ("团队名称", filing.name), ("备案编号", filing.filing_no), ("类别", category(filing)),
        ("所属社区", f"{filing.street.name}{filing.community.name}"), ("负责人", leader),
        ("备案机关", issuer(filing)), ("发证日期", chinese(certificate.issued_on)),
    ]  # fmt: skip
