"""What the register needs before its first record: dictionaries and the first target, as the policy words them."""

import datetime

from django.db import transaction

from orgs import policy
from orgs.choices import TermKind
from orgs.models import TargetPolicy, Term
from orgs.queries.terms import forget

IN_FORCE = datetime.date(2022, 1, 30)
EXPIRES = datetime.date(2025, 12, 31)
DICTIONARIES = {  # kind → [(code, words, 依据)]
    TermKind.CATEGORY: [(*row, "长民规〔2021〕1号 第四部分（一）3") for row in policy.CATEGORIES],
    TermKind.FIELD: [(*row, "长民规〔2021〕1号 第三部分") for row in policy.FIELDS],
    TermKind.NAME_WORD: [
        (f"word{n}", word, why)
        for n, (why, word) in enumerate(
            ((why, w) for why, words in policy.NAME_WORDS.items() for w in words), 1
        )
    ],
    TermKind.FILING_NO: [("first", policy.NUMBER_PATTERN, policy.NUMBER_BASIS)],
}
COUNTING_BASIS = (
    "计入：注册社会组织“正常”“整改中”，群众活动团队“已备案”，社区活动小组“正常”。"
    "按所属居委统计；服务整个街镇、未填居委的注册组织另列，不计入平均数。"
)


@transaction.atomic
def load_dictionaries() -> tuple[int, int]:
    """Load the dictionaries and the first target; (entries, targets) added. What exists is left alone."""
    added = 0
    for kind, entries in DICTIONARIES.items():
        for order, (code, label, basis) in enumerate(entries, 1):
            _, new = Term.objects.get_or_create(
                kind=kind,
                code=code,
                defaults={"label": label, "order": order, "valid_from": IN_FORCE, "legal_basis": basis},
            )
            added += new
        forget(kind)
    targets = 0
    if not TargetPolicy.objects.exists():
        counted = {str(tier): [str(s) for s in statuses] for tier, statuses in policy.COUNTED_FIRST.items()}
        TargetPolicy.objects.create(
            minimum=policy.MINIMUM_FIRST,
            counted=counted,
            counting_basis=COUNTING_BASIS,
            legal_basis=policy.MINIMUM_FIRST_BASIS,
            effective_from=IN_FORCE,
            expires_on=EXPIRES,
        )
        targets = 1
    return added, targets
