"""What a person was told."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core.models import Notice
from core.notices import KEPT


@require_GET
def notice_list(request):
    found = Notice.objects.filter(user=request.user)[:KEPT]
    return render(request, "core/notices.html", {"title": "通知", "notices": found})


@require_POST
def open_notice(request, pk: int):
    """Mark as read and go where it leads."""
    notice = Notice.objects.filter(pk=pk, user=request.user).first()
    if notice is None:
        raise Http404
    Notice.objects.filter(pk=pk, read_at__isnull=True).update(read_at=timezone.now())
    return redirect(notice.url or "notices:list")


@require_POST
def read_all(request):
    Notice.objects.filter(user=request.user, read_at__isnull=True).update(read_at=timezone.now())
    return redirect("notices:list")
