from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.actions import people
from accounts.choices import AccountVerb, Role
from accounts.models import User
from core.audit.commands import SERVER, operator
from core.history import told
from places.models import Community, District, Street


class Command(BaseCommand):
    help = "建立账号并给出初始密码；首次登录须修改。管辖范围用区划代码指定，如 --street 310105001。"

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--name", required=True)
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--district", default="")
        parser.add_argument("--street", default="")
        parser.add_argument("--community", default="")
        parser.add_argument("--department", default="")

    def handle(self, *args, username, name, role, department, **options):
        user = User(username=username, name=name, role=role, department=department)
        for level, model in (("district", District), ("street", Street), ("community", Community)):
            code = options[level]
            if code:
                place = model.objects.filter(code=code).first()
                if place is None:
                    raise CommandError(f"没有代码为 {code} 的{model._meta.verbose_name}。")
                setattr(user, level, place)
        password = people.initial_password()
        user.set_password(password)
        try:
            user.full_clean()
        except ValidationError as error:
            raise CommandError("；".join(error.messages)) from error
        with transaction.atomic(), told(AccountVerb.OPEN, None, SERVER):
            user.save()
            people.recorded(
                AccountVerb.OPEN, user, by=None, username=operator(), role=user.get_role_display()
            )
        self.stdout.write(
            f"账号：{username}（{user.get_role_display()}，{user.area.label}）\n初始密码：{password}"
        )
