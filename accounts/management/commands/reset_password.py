from django.core.management.base import BaseCommand, CommandError

from accounts.actions import people
from accounts.models import User
from core.audit.commands import SERVER, operator


class Command(BaseCommand):
    help = "在服务器上重置一个账号的密码：没有别的管理员能办时使用。结束所有登录，写入审计记录。"

    def add_arguments(self, parser):
        parser.add_argument("username")

    def handle(self, *args, username, **options):
        person = User.objects.filter(username=username).first()
        if person is None:
            raise CommandError(f"没有账号“{username}”。")
        password = people.reset_password(person, by=None, reason=SERVER, username=operator())
        self.stdout.write(f"账号：{username}（{person.role_words}）\n初始密码：{password}")
