"""One mail a day, to whoever has something to do."""

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.db import connection

from core import notices
from core.casework import digest
from core.models import Digest
from core.tasks import tell_subscribers
from tests.conftest import credit_code

TODAY = datetime.date.today()


@pytest.fixture
def late(make_org, cast):
    for person in (cast.street, cast.other_street):
        person.email = f"{person.pk}@example.org"
        person.save()
    return make_org(tier="registered", certificate_expires_on=datetime.date(2020, 1, 1))


def test_who_has_something_to_do_gets_one_mail_a_day(late, cast):
    notices.notify(cast.street, title="已退回")
    assert digest.send(TODAY) == (2, 1)
    assert digest.send(TODAY) == (2, 0)
    (sent,) = mail.outbox
    assert sent.to == [cast.street.email]
    assert "1 件待办" in sent.subject
    assert "证书已过期（1 条）" in sent.body
    assert "未读通知 1 条" in sent.body
    assert digest.send(TODAY + datetime.timedelta(days=1))[1] == 1


def test_a_mail_server_that_is_away_is_asked_again(late, cast, monkeypatch):
    def away(*args, **kwargs):
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(digest, "send_mail", away)
        assert digest.send(TODAY) == (2, 0)
    assert Digest.objects.get().sent_at is None
    assert digest.send(TODAY) == (2, 1)
    assert len(mail.outbox) == 1


def test_a_mail_that_did_not_go_out_is_sent_in_the_next_hour_and_only_that_one(late, cast, monkeypatch):
    """Who had nothing to do in the morning gets no mail in the course of the day."""
    real, broken = digest.send_mail, [cast.street.email]

    def away(subject, text, sender, to):
        if to == broken:
            raise ConnectionRefusedError
        return real(subject, text, sender, to)

    monkeypatch.setattr(digest, "send_mail", away)
    assert digest.send(TODAY) == (2, 0)
    broken.clear()
    type(late).objects.filter(pk=late.pk).update(
        street=cast.yi, community=cast.yi1
    )  # now others have something to do
    type(late).objects.create(
        tier="registered", name="另一家", status="normal", category="culture", street=cast.jia, community=cast.jia1,
        credit_code=credit_code(900_001), legal_form="service_agency", certificate_expires_on=datetime.date(2020, 1, 1),
    )  # fmt: skip
    tell_subscribers()
    tell_subscribers()
    assert [sent.to for sent in mail.outbox] == [[cast.street.email]]


@pytest.mark.django_db(transaction=True)
def test_two_that_send_at_the_same_moment_send_one_mail(late, cast, monkeypatch):
    """A night that is caught up and the clock of the hour."""
    real, second = digest.send_mail, []

    def slow(*args):
        if not second:
            second.append(in_another_thread(lambda: digest.send(TODAY)))
        return real(*args)

    monkeypatch.setattr(digest, "send_mail", slow)
    assert digest.send(TODAY) == (2, 1)
    assert second == [(2, 0)] and len(mail.outbox) == 1


def in_another_thread(work):
    """What it gives, on a connection of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: (work(), connection.close())[0]).result(timeout=30)
