"""A second security administrator, a colleague in the same post, and what accounts left in the audit."""

import pytest

from accounts.choices import Role
from accounts.models import User
from core.models import AuditEvent


@pytest.fixture
def second(cast):
    """Another security administrator."""
    return User.objects.create_user(
        "安全二", "Demo-2026", name="安全二", role=Role.SECURITY_ADMIN, must_change_password=False
    )


@pytest.fixture
def colleague(cast):
    """Somebody in the same post as `cast.street`."""
    return User.objects.create_user(
        "甲街同事",
        "Demo-2026",
        name="甲街同事",
        role=Role.STREET_OFFICER,
        street=cast.jia,
        must_change_password=False,
    )


@pytest.fixture
def acts():
    """acts() → [(act, name of the account, who)] of the events on accounts, oldest first."""

    def read():
        events = AuditEvent.objects.filter(kind="account").order_by("id")
        return [(e.detail["act"], e.detail["name"].partition("（")[0], e.username) for e in events]

    return read
