"""我的视图: on each list a menu of what was saved, and a page to rename, share, watch and delete."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from core.lists import saved
from core.models import SavedView, Subscription
from core.registry import list_named


class SavedViewForm(forms.ModelForm):
    """Name and sharing are the owner's to say; the morning notice is each person's own."""

    shared = forms.BooleanField(required=False)
    watched = forms.BooleanField(label="每天 8:00 通知我新增和移出的记录", required=False)

    class Meta:
        model = SavedView
        fields = ["name"]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["shared"].label = f"共享给{user.circle.label}的同事" if user.circle else "共享"
        if not user.circle:
            del self.fields["shared"]
        if self.instance.owner_id != user.pk:
            for name in ("name", "shared"):
                self.fields.pop(name, None)

    def clean_name(self):
        name = self.cleaned_data["name"].strip()
        mine = SavedView.objects.filter(owner=self.user, list=self.instance.list, name=name)
        if mine.exclude(pk=self.instance.pk).exists():
            raise ValidationError("您已有同名的视图，请换一个名称。")
        return name

    def clean_watched(self):
        watched = self.cleaned_data["watched"]
        if watched and "watched" in self.changed_data:
            saved.ids_of(self.instance, self.user)  # refuses what is too long to compare
        return watched


def menu(view) -> dict:
    """The saved views of a list that this person may open, and whom they can be shared with."""
    user, state = view.request.user, view.state
    views = SavedView.objects.visible_to(user).filter(list=view.url_name)
    return {
        "views": [
            {"name": v.name, "pk": v.pk, "mine": v.owner_id == user.pk, "current": v.query == state}
            for v in views
        ],
        "circle": user.circle.label if user.circle else "",
    }


def save(view):
    """Keep what the list's address shows now."""
    request = view.request
    name = " ".join(request.POST.get("name", "").split())[:40]
    if not name:
        messages.error(request, "请给视图起一个名称。")
        return redirect(view.link())
    shared = bool(request.POST.get("shared"))
    try:
        kept, made = saved.keep(
            owner=request.user, url_name=view.url_name, name=name, query=view.state, shared=shared
        )
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    else:
        messages.success(request, f"已保存视图“{kept.name}”。" if made else f"已更新视图“{kept.name}”。")
    return redirect(view.link())


def found(request, pk: int) -> SavedView:
    """One's own or one that is shared with oneself, else 404."""
    view = SavedView.objects.visible_to(request.user).select_related("owner").filter(pk=pk).first()
    if view is None or list_named(view.list) is None:
        raise Http404
    return view


def open_view(request, pk: int):
    return redirect(saved.url_of(found(request, pk)))


def saved_list(request):
    """Every view that this person may open, with what it is for."""
    watched = set(Subscription.objects.filter(user=request.user).values_list("view", flat=True))
    rows = [
        {"view": view, "list": kind.title, "mine": view.owner_id == request.user.pk, "watched": view.pk in watched}
        for view in SavedView.objects.visible_to(request.user).select_related("owner").order_by("list", "name")
        if (kind := list_named(view.list))
    ]  # fmt: skip
    return render(request, "core/saved_list.html", {"title": "我的视图", "rows": rows})


def edit(request, pk: int):
    view = found(request, pk)
    mine = view.owner_id == request.user.pk
    if request.method == "POST" and request.POST.get("do") == "delete":
        if not mine:
            raise Http404
        view.delete()
        messages.success(request, f"已删除视图“{view.name}”。")
        return redirect("views:list")
    was = Subscription.objects.filter(view=view, user=request.user).exists()
    initial = {"shared": bool(view.shared_kind), "watched": was}
    form = SavedViewForm(request.POST or None, instance=view, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        if mine:
            for name, value in saved.sharing(request.user, form.cleaned_data.get("shared", False)).items():
                setattr(view, name, value)
            form.save()
        if form.cleaned_data["watched"] and not was:
            saved.subscribe(view, request.user)
        elif was and not form.cleaned_data["watched"]:
            saved.unsubscribe(view, request.user)
        messages.success(request, "已保存。")
        return redirect("views:list")
    context = {"title": f"视图：{view.name}", "form": form, "mine": mine, "back": reverse("views:list")}
    return render(request, "core/saved_edit.html", context)
