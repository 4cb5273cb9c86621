"""What every page does before anything else: sign-in (by middleware) and the grant."""

from django.core.exceptions import PermissionDenied


def require(user, grant: str, doing: str = "使用这个页面") -> None:
    """Refuse with 403 and the reason when the role does not hold the grant."""
    if not user.may(grant):
        who = f"“{user.get_role_display()}”" if user.role else "还没有角色的账号"
        raise PermissionDenied(f"{who}不能{doing}。需要时请联系安全管理员调整角色。")


class GrantMixin:
    """A view that names the grant that it needs."""

    grant = ""
    doing = "使用这个页面"

    def dispatch(self, request, *args, **kwargs):
        require(request.user, self.grant, self.doing)
        return super().dispatch(request, *args, **kwargs)
