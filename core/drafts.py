"""Nothing typed is lost, nothing is done twice: every form that enters something carries a key of its own.

The key is signed for the person and the page when the form is drawn. While it is filled in, its contents are kept
under the key; when it is sent, the key is used up in the same transaction, so that a doubled sending finds the first
result; when the session ended meanwhile, the contents are kept and offered again after the sign-in.
"""

import datetime
import hashlib
import json
import uuid
from dataclasses import dataclass, replace

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from core.models import Draft, Submission

FIELD = "form_key"
LIVES = datetime.timedelta(days=30)
MOST = 200_000  # characters that a draft may hold
UNKEPT = {FIELD, "csrfmiddlewaretoken", "password", "old_password", "new_password1", "new_password2"}


@dataclass(frozen=True)
class Key:
    key: uuid.UUID
    user: int
    path: str
    title: str


def issue(request, title: str = "", path: str = "") -> str:
    """A new key for a form on this page, or for one that is sent to another path. Shown again it keeps the one that it has."""
    path = path or request.path
    if request.method == "POST" and (given := read(request)) and given.path == path:
        return signed(given)
    draft = getattr(request, "draft", None)
    known = draft.key if draft and draft.path == path else uuid.uuid4()
    return signed(Key(known, request.user.pk, path, str(title)[:200]))


def signed(key: Key) -> str:
    return signing.dumps([key.key.hex, key.user, key.path, key.title], salt=FIELD)


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
    return keep(replace(key, key=uuid.uuid4()), data)


def keep(key: Key, data: QueryDict) -> Draft | None:
    """Store what a form holds. None when there is nothing, or more than a form can hold."""
    fields = contents(data)
    if (
        not any(any(values) for values in fields.values())
        or sum(len(v) for x in fields.values() for v in x) > MOST
    ):
        return None
    if Submission.objects.filter(key=key.key).exists():
        return None
    values = {"user_id": key.user, "path": key.path, "title": key.title, "fields": fields}
    return Draft.objects.update_or_create(key=key.key, defaults=values)[0]


def drafts_of(user, path: str):
    return Draft.objects.filter(user=user, path=path, saved_at__gte=timezone.now() - LIVES)


def as_posted(draft: Draft) -> QueryDict:
    """A draft's contents in the shape in which a form reads them."""
    data = QueryDict(mutable=True)
    for name, values in draft.fields.items():
        data.setlist(name, values)
    return data


def fill(form_class, request, **kwargs):
    """The form of this request: bound when it was sent, filled from the draft that was asked for, otherwise fresh."""
    if request.method == "POST":
        return form_class(request.POST, request.FILES, **kwargs)
    draft = getattr(request, "draft", None)
    if draft is None:
        return form_class(**kwargs)
    form = form_class(as_posted(draft), **kwargs)
    form._errors = {}  # half filled in is no mistake yet
    return form


class Unfinished(Exception):
    """Carries the answer of a form that was not carried out through the rollback of its transaction."""

    def __init__(self, response):
        super().__init__()
        self.response = response


def once(key: Key, user, data: QueryDict, act):
    """`act()` answers with a redirect when it did its work: (response, None); or (None, the earlier submission).

    Everything `act` wrote stands or falls with the key being used up. Of two sendings at once the second waits here.
    """
    try:
        with transaction.atomic():
            known = {"user": user, "digest": digest(data)}
            earlier, first = Submission.objects.get_or_create(key=key.key, defaults=known)
            if not first:
                return None, earlier
            response = act()
            if response.status_code not in (301, 302, 303):
                raise Unfinished(response)
            Submission.objects.filter(key=key.key).update(url=response.url[:500])
            Draft.objects.filter(key=key.key).delete()
            return response, None
    except Unfinished as unfinished:
        return unfinished.response, None


def forget_old() -> int:
    """Delete drafts and used keys that are too old to matter; how many."""
    before = timezone.now() - LIVES
    return (
        Draft.objects.filter(saved_at__lt=before).delete()[0]
        + Submission.objects.filter(sent_at__lt=before - LIVES).delete()[0]
    )


def login_with(key: Key, draft: Draft | None) -> str:
    """Where a person signs in again to find the form as it was."""
    from django.shortcuts import resolve_url  # noqa: PLC0415

    query = QueryDict(mutable=True)
    query["next"] = f"{key.path}?draft={draft.key}" if draft else key.path
    return f"{resolve_url(settings.LOGIN_URL)}?{query.urlencode(safe='/')}"
