"""What stands on the papers of a filing: said once for the page, the print and the PDF."""

import datetime

from django.utils import timezone

from core.facts import Fact, facts_of
from core.words import mask_name, shown
from filings import policy
from filings.actions.filing import FLOW, WORDS
from filings.choices import Kind
from filings.models import Certificate, Filing
from filings.queries.certificates import filed_on

OPINIONS = [
    ("所在社区备案意见", ("review",)),
    ("街镇审核意见", (*policy.GRANTS, "recommend", "refuse")),
    ("区民政局意见", ("register", "refuse_register")),
]


def chinese(day: datetime.date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def as_sent(filing: Filing) -> dict[str, str]:
    """Places, category and fields in the words of the day on which a decided filing was sent: they may have changed since."""
    if not filing.decided_at:
        return {}
    return {fact.field: fact.words for fact in (Fact(*row) for row in filing.frozen) if fact.field in WORDS}


def form_sections(filing: Filing, *, whole: bool = False) -> list[tuple[str, list[tuple[str, str]]]]:
    """[(section, [(label, words)])] in the order of the 备案表; whole: with phones and addresses, for a recorded purpose."""
    own = dict(policy.SECTIONS[Kind(filing.kind)])
    sections = [(title, names) for title, names in policy.FORM if title not in own or own[title]]
    sections += [(title, names) for title, names in own.items() if title not in dict(policy.FORM)]
    found, sent = [], as_sent(filing)
    for title, names in sections:
        rows = []
        for fact in facts_of(filing, names, WORDS):
            open_now = whole and fact.field in filing.personal
            words = sent.get(fact.field, fact.words)
            rows.append((fact.label, shown(getattr(filing, fact.field)) if open_now else words))
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


def known_to_all(certificate: Certificate) -> dict[str, str]:
    """The facts of a certificate, as they were filed."""
    filing = certificate.filing
    sent = {name: words(filing) for name, words in WORDS.items()} | as_sent(filing)
    return {
        "备案编号": filing.filing_no, "团队名称": filing.name, "类别": sent["category"],
        "所属社区": f"{sent['street']}{sent['community']}", "备案机关": issuer_of(certificate),
        "备案日期": chinese(filed_on(certificate)), "发证日期": chinese(certificate.issued_on),
    }  # fmt: skip


def issuer_of(certificate: Certificate) -> str:
    """Who signs: 街道办事处 or 镇人民政府, under the name that it had then."""
    filing = certificate.filing
    street = as_sent(filing).get("street") or filing.street.name
    return f"{street}人民政府" if street.endswith("镇") else f"{street}办事处"


def certificate_rows(certificate: Certificate) -> list[tuple[str, str]]:
    filing, known = certificate.filing, known_to_all(certificate)
    return [
        ("备案编号", known["备案编号"]),
        ("团队名称", known["团队名称"]),
        ("类　　别", known["类别"]),
        ("所属社区", known["所属社区"]),
        ("负 责 人", filing.leader_name),
        ("活动地点", filing.activity_place),
        *([("备案日期", known["备案日期"])] if known["备案日期"] else []),
        ("发证日期", known["发证日期"]),
    ]


def certificate_words(certificate: Certificate) -> str:
    return f"“{certificate.filing.name}”已在{issuer_of(certificate)}备案，特此证明。备案不等于登记，不具有法人资格，不得从事营利性经营活动。"


def public_rows(certificate: Certificate) -> list[tuple[str, str]]:
    """What anybody may read: no phone, and of the leader's name the family name only."""
    known = known_to_all(certificate)
    names = ["团队名称", "备案编号", "类别", "所属社区", "备案机关", "备案日期", "发证日期"]
    rows = [(name, known[name]) for name in names if known[name]]
    return [*rows[:4], ("负责人", mask_name(certificate.filing.leader_name) or "—"), *rows[4:]]
