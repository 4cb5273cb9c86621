import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import User

pytestmark = pytest.mark.django_db


def test_an_account_starts_with_a_password_that_must_be_changed(places, capsys):
    call_command("create_account", "wang", name="王某", role="street_officer", street="999901001")
    user = User.objects.get()
    password = capsys.readouterr().out.split("初始密码：")[1].strip()
    assert (user.must_change_password, user.check_password(password), user.area.pk) == (
        True,
        True,
        places.jia.pk,
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"role": "street_officer"}, "街镇经办必须指定街镇"),
        ({"role": "committee_member", "community": "1"}, "没有代码为 1 的居委"),
    ],
)
def test_an_account_without_its_area_is_refused(options, sentence, places):
    with pytest.raises(CommandError, match=sentence):
        call_command("create_account", "wang", name="王某", **options)
    assert User.objects.count() == 0
