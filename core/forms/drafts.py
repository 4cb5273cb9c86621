"""Nothing typed is lost, nothing is done twice: every form that enters something carries a key of its own.

The key is signed for the person and the page when the form is drawn. While it is filled in, its contents are kept
under the key; when it is sent, the key is used up in the same transaction, so that a doubled sending finds the first
result; when the session ended meanwhile, the contents are kept and offered again after the sign-in.
"""

import datetime
import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import QueryDict
from django.utils import timezone

from core.forms.photo_field import PhotoField, Waiting
from core.models import Draft, KeptFile, Submission

FIELD = "form_key"
LIVES = datetime.timedelta(days=30)
FAILED = 400  # answers from here on say that nothing may stand
MOST = 200_000  # characters that a draft may hold
UNKEPT = {FIELD, "csrfmiddlewaretoken", "password", "old_password", "new_password1", "new_password2"}


@dataclass(frozen=True)
class Key:
    """What the key of a form proves: that this page was drawn for this person. seen: the version of the case that it showed."""

    key: uuid.UUID
    user: int
    path: str
    title: str
    seen: int | None = None


def issue(request, title: str = "", path: str = "", seen: int | None = None) -> str:
    """A new key for a form on this page, or for one that is sent to another path. Shown again it keeps the one that it has."""
    path = path or request.path
    if request.method == "POST" and (given := read(request)) and given.path == path:
        return signed(replace(given, seen=seen))
    draft = getattr(request, "draft", None)
    known = draft.key if draft and draft.path == path else uuid.uuid4()
    return signed(Key(known, request.user.pk, path, str(title)[:200], seen))


def signed(key: Key) -> str:
    return signing.dumps([key.key.hex, key.user, key.path, key.title, key.seen], salt=FIELD)


def read(request) -> Key | None:
    """The key of a form that was sent, if it is one of ours and not too old."""
    try:
        found = signing.loads(request.POST.get(FIELD, ""), salt=FIELD, max_age=LIVES.total_seconds())
    except signing.BadSignature:
        return None
    return Key(uuid.UUID(found[0]), *found[1:])


def contents(data: QueryDict) -> dict[str, list[str]]:
    """What of a form is worth keeping."""
    return {
        name: [v.replace("\x00", "") for v in values] for name, values in data.lists() if name not in UNKEPT
    }


def digest(data: QueryDict) -> str:
    return hashlib.sha256(json.dumps(contents(data), sort_keys=True).encode()).hexdigest()


def keep_apart(key: Key, data: QueryDict) -> Draft | None:
    """Store what a form holds under a key of its own: nothing that was kept before is touched. Only for active accounts."""
    if not get_user_model().objects.filter(pk=key.user, is_active=True).exists():
        return None
    return keep(replace(key, key=uuid.uuid4()), data, origin=key.key)


def keep(key: Key, data: QueryDict, origin: uuid.UUID | None = None) -> Draft | None:
    """Store what a form holds. None when there is nothing, or more than a form can hold. origin: see `Draft`."""
    fields = contents(data)
    if (
        not any(any(values) for values in fields.values())
        or sum(len(v) for x in fields.values() for v in x) > MOST
    ):
        return None
    if Submission.objects.filter(key=key.key).exists():
        return None
    values = {"user_id": key.user, "path": key.path, "title": key.title, "fields": fields}
    values |= {"origin": origin} if origin else {}
    return Draft.objects.update_or_create(key=key.key, defaults=values)[0]


def of(user):
    """What a person began and did not send, the newest first; a draft that another one goes on with is left out.

    What was kept while its form was being sent is no draft either: its key is used up.
    """
    recent = Draft.objects.filter(user=user, saved_at__gte=timezone.now() - LIVES)
    recent = recent.exclude(Exists(Submission.objects.filter(key=OuterRef("key"))))
    gone_on = recent.filter(origin__isnull=False).values("origin")
    return recent.exclude(key__in=gone_on)


def drafts_of(user, path: str):
    return of(user).filter(path=path)


def lineage(key: uuid.UUID) -> list[uuid.UUID]:
    """The key of a form and of those whose contents it goes on with, the newest first."""
    found, known = [key], Draft.objects.filter(key=key).values_list("origin", flat=True).first()
    while known and known not in found:
        found.append(known)
        known = Draft.objects.filter(key=known).values_list("origin", flat=True).first()
    return found


def drop(key: uuid.UUID) -> None:
    """Forget a draft, what it goes on with, and the files that were kept with it."""
    keys = lineage(key)
    for kept in KeptFile.objects.filter(key__in=keys):
        _delete_later(kept.file.storage, kept.file.name)
    KeptFile.objects.filter(key__in=keys).delete()
    Draft.objects.filter(key__in=keys).delete()


def typed(draft: Draft, fields: Mapping[str, forms.Field]) -> list[tuple[str, str]]:
    """(label, words) of what was written into a draft by hand, as far as the form has these fields."""
    found = [(name, "、".join(filter(None, values))) for name, values in draft.fields.items()]
    return [
        (fields[name].label or name, words)
        for name, words in found
        if words and isinstance(fields.get(name), forms.CharField)
    ]


def as_posted(draft: Draft) -> QueryDict:
    """A draft's contents in the shape in which a form reads them."""
    data = QueryDict(mutable=True)
    for name, values in draft.fields.items():
        data.setlist(name, values)
    return data


def fill(form_class, request, **kwargs):
    """The form of this request: bound when it was sent, filled from the draft that was asked for, otherwise fresh.

    A photo that an earlier sending brought is there again.
    """
    draft = getattr(request, "draft", None)
    if request.method == "POST":
        key, files = read(request), request.FILES
        kept = waiting(form_class, key.key, request.user) if key else {}
        if missing := {name: Waiting(row) for name, row in kept.items() if not files.get(name)}:
            files = files.copy()
            files.update(missing)
        form = form_class(request.POST, files, **kwargs)
    elif draft is None:
        return form_class(**kwargs)
    else:
        form, kept = form_class(as_posted(draft), **kwargs), waiting(form_class, draft.key, request.user)
        form._errors = {}  # half filled in is no mistake yet
    for name, row in kept.items():
        form.fields[name].widget.kept = row
    return form


def waiting(form_class, key: uuid.UUID, user) -> dict[str, KeptFile]:
    """The photos that were kept of a form: field → row."""
    if not any(isinstance(field, PhotoField) for field in form_class.base_fields.values()):
        return {}
    return {row.field: row for row in KeptFile.objects.filter(key=key, user=user)}


def keep_photos(request, form) -> None:
    """Keep the photo that a form brought which comes back; of another file, and without a key of ours, the person is told."""
    key, found = read(request), getattr(form, "cleaned_data", {})
    for name, field in form.fields.items():
        sent = form.files.get(name)
        if (
            not isinstance(field, forms.FileField)
            or isinstance(sent, Waiting)
            or not (sent and found.get(name))
        ):
            continue
        if not isinstance(field, PhotoField) or key is None or key.user != request.user.pk:
            what = "照片" if isinstance(field, PhotoField) else "附件"
            form.add_error(name, f"{what}还没有保存：改好其他内容后，请重新选择{what}。")
            continue
        row = KeptFile.objects.filter(key=key.key, field=name).first()
        row = row or KeptFile(key=key.key, field=name, user=request.user)
        before, photo = row.file.name, found[name]
        row.name = photo.name
        photo.seek(0)
        row.file.save(f"{uuid.uuid4().hex}.jpg", photo, save=True)
        _delete_later(row.file.storage, before)
        field.widget.kept = row


def _delete_later(storage, name: str) -> None:
    """Once the transaction is committed, when nothing points to the file any more."""
    if name:
        transaction.on_commit(lambda: storage.delete(name))


class Unfinished(Exception):
    """Carries the answer of a form that broke through the rollback of its transaction."""

    def __init__(self, response):
        super().__init__()
        self.response = response


def once(key: Key, user, data: QueryDict, act):
    """`act()` answers with a redirect when it did its work: (response, None); or (None, the earlier submission).

    What it wrote stands or falls with the key being used up. A page that comes back keeps its key, and what was recorded of
    it (a look at a masked number) stays: an action is whole or nothing by itself. Of two sendings at once the second waits here.
    """
    try:
        with transaction.atomic():
            known = {"user": user, "digest": digest(data)}
            earlier, first = Submission.objects.get_or_create(key=key.key, defaults=known)
            if not first:
                return None, earlier
            response = act()
            if response.status_code >= FAILED:
                raise Unfinished(response)
            if response.status_code not in (
                301,
                302,
                303,
            ):  # it was not carried out: what it left stays, the key too
                Submission.objects.filter(key=key.key).delete()
                return response, None
            known |= {"url": response.url[:500]}
            Submission.objects.filter(key=key.key).update(url=known["url"])
            for used in lineage(key.key)[
                1:
            ]:  # the page that was on the screen before the sign-in is not sent again
                Submission.objects.get_or_create(key=used, defaults=known)
            drop(key.key)
            return response, None
    except Unfinished as unfinished:
        return unfinished.response, None


def forget_old() -> int:
    """Delete drafts, their files and used keys that are too old to matter; how many."""
    before = timezone.now() - LIVES
    old = KeptFile.objects.filter(saved_at__lt=before)
    for kept in old:
        _delete_later(kept.file.storage, kept.file.name)
    return (
        old.delete()[0]
        + Draft.objects.filter(saved_at__lt=before).delete()[0]
        + Submission.objects.filter(sent_at__lt=before - LIVES).delete()[0]
    )


def login_with(key: Key, draft: Draft | None) -> str:
    """Where a person signs in again to find the form as it was."""
    from django.shortcuts import resolve_url  # noqa: PLC0415

    query = QueryDict(mutable=True)
    query["next"] = f"{key.path}?draft={draft.key}" if draft else key.path
    return f"{resolve_url(settings.LOGIN_URL)}?{query.urlencode(safe='/')}"
