"""What the accounts declare."""

from accounts import navigation, policy, queries
from accounts.actions import grants, sign_ins
from accounts.models import User
from core import registry

registry.declare("账号", policy.PARAMETERS)
registry.demo("accounts.demo.plant")
registry.flow(grants.FLOW)
registry.todo(queries.without_a_role)
registry.tidying(queries.forget_attempts)
registry.findable(User, queries.accounts_named)
registry.pages({name: label for label, name, _, _ in navigation.ENTRIES})
registry.pages({
    "accounts:login": "登录", "accounts:logout": "退出", "accounts:password": "修改密码",
    "accounts:profile": "个人资料",
})  # fmt: skip

sign_ins.listen()
