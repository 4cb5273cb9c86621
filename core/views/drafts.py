"""Contents of forms, kept while they are filled in."""

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from core import drafts
from core.models import Draft


@require_POST
def keep(request):
    """Store a form as it stands; answers with the words to show beside its button."""
    key = drafts.read(request)
    if key is None or key.user != request.user.pk:
        return HttpResponseBadRequest("这份表单已失效，请刷新页面。")
    kept = drafts.keep(key, request.POST)
    return HttpResponse(f"已自动保存 {timezone.localtime():%H:%M}" if kept else "")


@require_POST
def discard(request, key):
    draft = Draft.objects.filter(key=key, user=request.user).first()
    if draft is None:
        return redirect("home")
    draft.delete()
    return redirect(draft.path)
