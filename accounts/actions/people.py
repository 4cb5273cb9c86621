"""What is done to accounts. Every act leaves an event of the audit and a state in the history, in one transaction."""

import secrets

from axes.utils import reset as lift_lockout
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import policy
from accounts.choices import AccountVerb, Role
from accounts.models import RoleChange, User
from accounts.models.grants import last_of_duty
from core import audit, notices
from core.casework import handover
from core.choices import AuditKind
from core.history import told

# No 0/O, 1/l/I: the password is read from a screen or a sheet of paper and typed by hand.
LETTERS, DIGITS = "abcdefghjkmnpqrstuvwxyz", "23456789"
RECONFIRMED = "{}：三员账号的角色须由安全管理员重新确认"


def initial_password() -> str:
    """A password of 14 characters with about 57 bits of chance, to be changed at the first sign-in."""
    return f"Cn-{''.join(secrets.choice(LETTERS + DIGITS) for _ in range(10))}{secrets.choice(DIGITS)}"


def recorded(verb: AccountVerb, person: User, *, by, reason: str = "", username: str = "", **more):
    """The event of an act on an account. username: who acted where there is no person, as on the command line."""
    return audit.record(
        AuditKind.ACCOUNT,
        user=by,
        username=username,
        act=str(verb.label),
        about=person,
        reason=reason,
        **more,
    )


def kept(verb: AccountVerb, person: User, *fields: str, by, reason: str = "", **more) -> User:
    """Store some fields of an account, checked, under the act's name."""
    person.full_clean(exclude=["password"])
    with told(verb, by, reason):
        person.save(update_fields=fields)
    recorded(verb, person, by=by, reason=reason, **more)
    return person


@transaction.atomic
def open_account(*, by, reason: str, role: str = "", username: str = "", **fields) -> tuple[User, str]:
    """(a new account without any role, its initial password). With `role` that role is proposed for it at once.

    username: of the account; fields: name, department, phone, email, and the area of the role.
    """
    area = {name: fields.pop(name, None) for name in ("district", "street", "community")}
    person, password = User(username=username, **fields), initial_password()
    person.set_password(password)
    person.full_clean()
    with told(AccountVerb.OPEN, by, reason):
        person.save(force_insert=True)
    recorded(AccountVerb.OPEN, person, by=by, reason=reason)
    if role:
        propose(person, by=by, reason=reason, role=role, department=person.department, **area)
    return person, password


def propose(person: User, *, by, **fields) -> RoleChange:
    """Ask a security administrator to confirm a role."""
    from accounts.actions.grants import FLOW  # noqa: PLC0415  acts on accounts when it is confirmed

    return FLOW.enter(RoleChange(person=person, **fields), by=by, send="submit")


@transaction.atomic
def edit(person: User, *, by, name: str, phone: str, email: str, department: str) -> User:
    """What stands beside role and area. A name of the three duties tells who holds them: others are told of its change."""
    before = User.objects.select_for_update().get(pk=person.pk)
    new = {"name": name, "phone": phone, "email": email, "department": department}
    changed = [field for field, value in new.items() if getattr(before, field) != value]
    for field in changed:
        setattr(person, field, new[field])
    if changed:
        kept(AccountVerb.EDIT, person, *changed, by=by, fields=labels(changed))
        if "name" in changed:
            _warn(AccountVerb.EDIT, person, by)
    return person


@transaction.atomic
def save_profile(person: User, changed: list[str]) -> None:
    """What a person changed of their own: the address that gets the daily mail above all."""
    if changed:
        kept(AccountVerb.PROFILE, person, *changed, by=person, fields=labels(changed))


def labels(fields) -> list[str]:
    return [str(User._meta.get_field(name).verbose_name) for name in fields]


@transaction.atomic
def password_changed(person: User, *, by) -> None:
    """After a person chose a new password: it is no initial one any more, and wrong tries before it are forgotten."""
    person.must_change_password, person.password_changed_at = False, timezone.now()
    kept(AccountVerb.PASSWORD, person, "must_change_password", "password_changed_at", by=by)
    lift_lockout(username=person.username)


@transaction.atomic
def disable(person: User, *, by, reason: str, successor: User | None = None) -> User:
    """Nobody signs in as this person any more, from this moment; with a successor, what is unfinished goes there."""
    refuse_oneself(person, by)
    if alone := last_of_duty(person):
        raise ValidationError(alone)
    if successor and handover.open_of(person):
        hand_over(person, by=by, reason=reason, successor=successor)
    person.is_active, person.sessions_ended_at = False, timezone.now()
    return kept(AccountVerb.DISABLE, person, "is_active", "sessions_ended_at", by=by, reason=reason)


@transaction.atomic
def enable(person: User, *, by, reason: str) -> User:
    """The account can be used again; one of the three duties must be confirmed anew first."""
    refuse_oneself(person, by)
    suspended = _suspend(person, by=by, why=RECONFIRMED.format("启用账号"))
    person.is_active = True
    kept(AccountVerb.ENABLE, person, "is_active", by=by, reason=reason)
    _renew(person, suspended, by=by, why="启用账号")
    return person


@transaction.atomic
def reset_password(person: User, *, by, reason: str, username: str = "") -> str:
    """A new initial password, to be shown once. Ends every session and lifts a lock.

    Whoever resets a password could sign in with it: the role of an administrator's account is confirmed anew by a
    security administrator. Without a person (by is None: the command line of the server) it stays.
    """
    refuse_oneself(person, by)
    if by and person.role == Role.SECURITY_ADMIN and last_of_duty(person):
        raise ValidationError(
            "这是最后一名安全管理员，重置后没有人能确认其角色。请在服务器上运行 manage.py reset_password 重置。"
        )
    suspended = _suspend(person, by=by, why=RECONFIRMED.format("重置密码")) if by else {}
    password = initial_password()
    person.set_password(password)
    person.must_change_password, person.sessions_ended_at = True, timezone.now()
    lift_lockout(username=person.username)
    with told(AccountVerb.RESET, by, reason):
        person.save(update_fields=["password", "must_change_password", "sessions_ended_at"])
    recorded(AccountVerb.RESET, person, by=by, reason=reason, username=username)
    _renew(person, suspended, by=by, why="重置密码")
    return password


@transaction.atomic
def unlock(person: User, *, by, reason: str) -> User:
    """Forget the wrong passwords that locked an account."""
    lift_lockout(username=person.username)
    recorded(AccountVerb.UNLOCK, person, by=by, reason=reason)
    return person


@transaction.atomic
def end_sessions(person: User, *, by, reason: str) -> User:
    """Everybody who is signed in as this person must sign in again."""
    person.sessions_ended_at = timezone.now()
    return kept(AccountVerb.END_SESSIONS, person, "sessions_ended_at", by=by, reason=reason)


@transaction.atomic
def hand_over(person: User, *, by, reason: str, successor: User):
    """Give what is unfinished to a colleague, by name and dated."""
    made = handover.hand_over(person, successor, by=by, reason=reason)
    recorded(
        AccountVerb.HAND_OVER,
        person,
        by=by,
        reason=reason,
        successor=successor.audit_name,
        count=len(made.items),
    )
    return made


def refuse_oneself(person: User, by) -> None:
    if by and person.pk == by.pk:
        raise ValidationError("不能对自己的账号这样做，请另一位系统管理员办理。自己的密码在“修改密码”里改。")


def _suspend(person: User, *, by, why: str) -> dict:
    """Take an administrator's role away until it is confirmed; what it was, empty for everybody else."""
    _warn(AccountVerb.SUSPEND, person, by)
    if person.role not in policy.DUTIES:
        return {}
    was = {"role": person.role, "department": person.department}
    person.role = ""
    kept(AccountVerb.SUSPEND, person, "role", by=by, reason=why)
    return was


def _renew(person: User, was: dict, *, by, why: str) -> None:
    open_already = RoleChange.objects.filter(person=person, state__in=policy.GRANT.open).exists()
    if was and not open_already:
        propose(person, by=by, reason=RECONFIRMED.format(why), **was)


def _warn(verb: AccountVerb, person: User, by) -> None:
    """Tell auditors and security administrators of an act on an administrator's account."""
    if person.role not in policy.DUTIES:
        return
    title = f"{by or '命令行'}对{person.role_words}“{person.audit_name}”的账号：{verb.label}"
    for guard in User.objects.filter(is_active=True, role__in=(Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)):
        notices.notify(guard, title=title, url=person.get_absolute_url())
