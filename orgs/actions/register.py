"""Writes of the register. Each states who, what and why for the history, in one transaction."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from core.files import attachments
from core.forms import merge
from core.history import told
from core.registry import held
from orgs import policy, search
from orgs.actions import dormancy, numbers
from orgs.choices import Door, Tier, Verb
from orgs.models import Activity, Organization
from orgs.queries import filed, register


def fill_keys(organization: Organization) -> None:
    """Recompute what search, matching and sorting read."""
    organization.name_key = search.normalise(organization.name)[:200]
    organization.sort_key = search.sort_key(organization.name)
    organization.search_text, organization.search_terms = search.keys(
        organization.name, organization.credit_code or "", organization.filing_no or ""
    )


@transaction.atomic
def create(organization: Organization, *, by, reason: str = "") -> Organization:
    if refusal := policy.entry_refusal(organization.tier, by):
        raise ValidationError(refusal)
    fill_keys(organization)
    with told(Verb.CREATE, by, reason):
        organization.save(force_insert=True)
    return organization


EDITABLE = [f.name for f in Organization._meta.concrete_fields if f.name not in register.SKIPPED]


@transaction.atomic
def edit(
    organization: Organization,
    *,
    version: int,
    by,
    reason: str = "",
    verb: Verb = Verb.EDIT,
    names=EDITABLE,
    door: Door = Door.DIRECT,
    **more,
) -> list[str]:
    """Write the fields `names` as they are in `organization`; labels of fields that somebody else changed and that stay.

    version: what the person saw; door: the way by which it comes, which decides whether filed facts may change.
    Raises core.forms.merge.Conflict, and writes nothing, when both changed the same field;
    ValidationError when the two changes do not fit together.
    """
    current = Organization.objects.select_for_update().get(pk=organization.pk)
    refusal = policy.entry_refusal(current.tier, by)
    if refusal and set(names) - policy.OPEN_TO_COMMITTEE:
        raise ValidationError(refusal)
    joined = []
    if current.version != version:
        joined = merge.join(current, organization, version, names, register.SKIPPED)
    lost = filed.changed(current, organization, names)
    if refusal := filed.refusal(lost, door):
        raise ValidationError(refusal)
    for name in names:
        attname = Organization._meta.get_field(name).attname
        setattr(current, attname, getattr(organization, attname))
    if joined:
        current.validate_constraints()
    fill_keys(current)
    current.version = organization.version = current.version + 1
    with told(verb, by, reason, **filed.told(lost, door), **more):
        current.save()
    return joined


def decide(organization: Organization, **how) -> None:
    """`edit` for a decision: when somebody decided otherwise at the same moment, a sentence instead of a choice."""
    try:
        edit(organization, **how)
    except merge.Conflict as conflict:
        raise ValidationError(f"{conflict.who} 刚才也修改了这条记录，请刷新页面核对后再办理。") from conflict


def change_status(
    organization: Organization, *, status: str, reason: str, by, settled: bool = False
) -> Organization:
    """settled: the decision of the very case that would stand in the way."""
    if refusal := policy.status_refusal(organization.tier, by) or (not settled and waits_for(organization)):
        raise ValidationError(refusal)
    organization.status = status
    decide(
        organization, version=organization.version, names=["status"], by=by, reason=reason, verb=Verb.STATUS
    )
    return organization


def waits_for(organization: Organization) -> str:
    """What another app has under way for it, as a sentence; empty when nothing."""
    return held(Organization.objects.filter(pk=organization.pk)).get(organization.pk, "")


def promote(
    organization: Organization,
    *,
    reason: str,
    by,
    filing_no: str = "",
    credit_code: str = "",
    legal_form: str = "",
    settled: bool = False,
) -> Organization:
    """Move up one tier; the record, its activities and its history stay. Raises ValidationError with what is missing.

    A team without a number gets the next one; settled: see `change_status`.
    """
    refusal = policy.promotion_refusal(organization.tier, organization.status, by)
    if refusal or (refusal := "" if settled else waits_for(organization)):
        raise ValidationError(refusal)
    credit_code = "".join(credit_code.split()).upper()
    if credit_code and (fault := policy.credit_code_fault(credit_code)):
        raise ValidationError(f"{fault[1]}。")
    tier, status = policy.PROMOTIONS[organization.tier]
    organization.tier, organization.status = tier, status
    if tier == Tier.TEAM and not (filing_no or organization.filing_no):
        filing_no = numbers.next_filing_number(organization.street, timezone.localdate().year)
    organization.filing_no = filing_no or organization.filing_no
    organization.credit_code = credit_code or organization.credit_code
    organization.legal_form = legal_form or organization.legal_form
    organization.validate_constraints()
    decide(
        organization,
        version=organization.version,
        names=["tier", "status", "filing_no", "credit_code", "legal_form"],
        by=by,
        reason=reason,
        verb=Verb.PROMOTE,
        clause="第四部分（一）2",
    )
    return organization


@transaction.atomic
def record_activity(
    organization: Organization,
    *,
    name: str,
    held_on: datetime.date,
    by,
    place: str = "",
    attendance=None,
    field: str = "",
    is_major: bool = False,
    photo=None,
) -> Activity:
    """Enter an activity once; the organisation's last activity and whether it is dormant follow from it at once.

    place: where it was, the organisation's own place when nothing is said; photo: cleaned by `core.files.photos`.
    """
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    activity = Activity(
        organization=organization,
        name=name,
        held_on=held_on,
        place=place or organization.activity_place,
        attendance=attendance,
        field=field,
        is_major=is_major,
        photos=1 if photo else 0,
        entered_by=by,
    )
    activity.full_clean()
    with told(Verb.ACTIVITY, by):
        activity.save()
        if photo:
            attachments.attach(activity, photo, by=by)
        if organization.last_active_on is None or organization.last_active_on < held_on:
            dormancy.move(organization, held_on)
    return activity


@transaction.atomic
def correct_activity(activity: Activity, *, by, photo=None, **fields) -> Activity:
    """Change what was entered, or add a photo; the organisation's last activity follows."""
    organization = Organization.objects.select_for_update().get(pk=activity.organization_id)
    activity = Activity.objects.get(pk=activity.pk)
    before = activity.held_on
    for name, words in fields.items():
        setattr(activity, name, words)
    activity.photos += 1 if photo else 0
    activity.full_clean()
    with told(Verb.EDIT_ACTIVITY, by):
        activity.save()
        if photo:
            attachments.attach(activity, photo, by=by)
        last = organization.last_active_on
        if last == before and activity.held_on != before:
            dormancy.move(organization, latest(organization))
        elif last is None or last < activity.held_on:
            dormancy.move(organization, activity.held_on)
    return activity


def latest(organization: Organization) -> datetime.date | None:
    return Activity.objects.filter(organization=organization).aggregate(Max("held_on"))["held_on__max"]


@transaction.atomic
def delete_activity(activity: Activity, *, reason: str, by) -> None:
    """Delete a record that should not be there. The date of the last activity follows the ones that remain.

    Where none remains, it goes back to what the organisation stated before this one was entered.
    """
    organization = Organization.objects.select_for_update().get(pk=activity.organization_id)
    pk, held_on = activity.pk, activity.held_on
    with told(Verb.DELETE_ACTIVITY, by, reason):
        activity.delete()
        if organization.last_active_on == held_on:
            dormancy.move(organization, latest(organization) or _active_before(organization, pk))


def _active_before(organization: Organization, activity: int):
    """What the organisation stated as its last activity before an activity was entered."""
    entered = Activity.pgh_event_model.objects.filter(pgh_obj_id=activity, pgh_label="insert").first()
    if entered is None:
        return None
    moved = organization.events.filter(pgh_context_id=entered.pgh_context_id).order_by("pgh_id").first()
    if moved is None:
        return None
    before = organization.events.filter(pgh_id__lt=moved.pgh_id).order_by("-pgh_id").first()
    return before.last_active_on if before else None
