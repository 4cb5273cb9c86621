"""Who asks: somebody who sees everything, a district among many, a street, a committee; with sessions that are signed in."""

import os

PEOPLE = {  # key → (username, role, level of the area)
    "all": ("bench", "district_officer", None),
    "district": ("bench-district", "district_officer", "district"),
    "street": ("bench-street", "street_officer", "street"),
    "colleague": ("bench-street2", "street_officer", "street"),
    "committee": ("bench-committee", "committee_member", "community"),
}


def people() -> dict:
    """Key → User; made where they are missing, all of them in the places of the organisation in the middle."""
    from accounts.models import User  # noqa: PLC0415  needs settings
    from orgs.models import Organization  # noqa: PLC0415

    found = {}
    for key, (username, role, level) in PEOPLE.items():
        user = User.objects.filter(username=username).first()
        if user is None:
            rows = Organization.objects.select_related("community__street").exclude(community=None)
            community = rows[Organization.objects.count() // 2].community
            area = {
                "district": {"district": community.street.district},
                "street": {"street": community.street},
                "community": {"community": community},
                None: {},
            }[level]
            user = User.objects.create_user(
                username, os.urandom(16).hex(), name=f"性能测试 {key}", role=role, must_change_password=False, **area
            )  # fmt: skip
        found[key] = user
    return found


def sessions() -> dict[str, str]:
    """Key of PEOPLE → session key of a cookie that is signed in as that person."""
    from django.conf import settings  # noqa: PLC0415
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415

    found = {}
    for key, user in people().items():
        store = SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.create()
        found[key] = store.session_key
    return found
