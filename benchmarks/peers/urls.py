"""Admin for whoever is signed in (the product's accounts know no staff flag), counted and uncounted, and the bare view."""

from django.contrib import admin
from django.urls import include, path

from benchmarks.peers.bare import bare
from benchmarks.peers.organizations import OrganizationAdmin
from orgs.models import Organization
from places.models import Community, Street


class Site(admin.AdminSite):
    def has_permission(self, request):
        return request.user.is_authenticated

    def each_context(self, request):
        return super().each_context(request) | {"available_apps": [], "has_permission": True}


class Anybody(admin.ModelAdmin):
    def has_view_permission(self, request, obj=None):
        return True

    has_change_permission = has_add_permission = has_delete_permission = has_module_permission = (
        has_view_permission
    )


class Organizations(OrganizationAdmin, Anybody):
    pass


class Uncounted(Organizations):
    show_full_result_count = False


def made(name: str, organizations: type) -> Site:
    site = Site(name=name)
    site.register(Organization, organizations)
    site.register([Street, Community], Anybody)
    return site


urlpatterns = [
    path("admin/", made("admin", Organizations).urls),
    path("uncounted/", made("uncounted", Uncounted).urls),
    path("bare/<str:what>/", bare),
    path("", include(([path("accounts/login/", bare, name="login")], "accounts"))),
]
