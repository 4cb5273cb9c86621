from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth_views
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone

from accounts.forms import LoginForm, ProfileForm
from accounts.models import User
from core import audit
from core.choices import AuditKind
from core.views.base import require


class LoginView(auth_views.LoginView):
    form_class = LoginForm
    template_name = "accounts/login.html"
    redirect_authenticated_user = True


class LogoutView(auth_views.LogoutView):
    pass


class PasswordView(auth_views.PasswordChangeView):
    template_name = "accounts/password.html"
    success_url = reverse_lazy("home")

    def form_valid(self, form):
        user = form.save()
        user.must_change_password, user.password_changed_at = False, timezone.now()
        user.save(update_fields=["must_change_password", "password_changed_at"])
        update_session_auth_hash(self.request, user)
        messages.success(self.request, "密码已修改。")
        return redirect(self.success_url)


def profile(request):
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "个人资料已保存。")
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form})


def users(request):
    require(request.user, "accounts.manage", "管理账号")
    people = User.objects.select_related("district", "street", "community__street").order_by(
        "role", "username"
    )
    return render(request, "accounts/users.html", {"people": people})


@receiver(user_logged_in)
def signed_in(sender, request, user, **kwargs):
    audit.record(AuditKind.SIGN_IN, request, user=user)


@receiver(user_logged_out)
def signed_out(sender, request, user, **kwargs):
    if user:
        audit.record(AuditKind.SIGN_OUT, request, user=user)


@receiver(user_login_failed)
def refused(sender, credentials, request=None, **kwargs):
    locked = {"locked": True} if getattr(request, "axes_locked_out", False) else {}
    username = str(credentials.get("username", ""))[:150]
    audit.record(AuditKind.SIGN_IN_FAILED, request, username=username, **locked)
