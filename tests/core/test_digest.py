"""One mail a day, to whoever has something to do."""

import datetime

import pytest
from django.core import mail

from core import digest, notices
from core.models import Digest

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
