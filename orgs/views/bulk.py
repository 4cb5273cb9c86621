"""What the register offers for many organisations at once."""

from core.jobs.bulk import BulkAction
from orgs.actions import bulk as actions
from orgs.choices import Status, Verb
from orgs.forms_bulk import ManyStatusForm, TermsForm
from orgs.queries import bulk, terms


def terms_in_words(cleaned: dict) -> str:
    known, found = terms.fields(), []
    if cleaned["category"]:
        found.append(f"类别改为“{terms.categories()[cleaned['category']]}”")
    if cleaned["service_fields"]:
        found.append(f"服务领域改为“{'、'.join(known[code] for code in cleaned['service_fields'])}”")
    return "，".join(found)


BULK_ACTIONS = (
    BulkAction(
        key="terms",
        label="批量修改类别、服务领域",
        grant="orgs.edit",
        verb=Verb.EDIT,
        form=TermsForm,
        effect=terms_in_words,
        excluded=lambda rows, user, cleaned: bulk.terms_unchanged(
            rows, cleaned["category"], cleaned["service_fields"], user
        ),
        apply=lambda pks, cleaned, *, by, reason: actions.change_terms(
            pks, category=cleaned["category"], service_fields=cleaned["service_fields"], by=by, reason=reason
        ),
    ),
    BulkAction(
        key="status",
        label="批量变更状态",
        grant="orgs.decide_status",
        verb=Verb.STATUS,
        form=ManyStatusForm,
        effect=lambda cleaned: f"状态变更为“{Status(cleaned['status']).label}”",
        excluded=lambda rows, user, cleaned: bulk.status_not_fitting(rows, cleaned["status"], user),
        apply=lambda pks, cleaned, *, by, reason: actions.change_status(
            pks, status=cleaned["status"], by=by, reason=reason
        ),
    ),
)
