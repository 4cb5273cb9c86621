"""Reads of the map."""

from django.db.models import Count, Q

from places.models import Community, CommunityChange, PlaceAlias, Street
from places.queries import names


def streets_with_communities(user):
    """The visible streets in official order, each with its visible open communities as `open_communities`."""
    communities = Community.objects.visible_to(user).filter(closed_on__isnull=True).order_by("code")
    by_street: dict[int, list] = {}
    for community in communities:
        by_street.setdefault(community.street_id, []).append(community)
    streets = list(Street.objects.visible_to(user).distinct().order_by("district", "order"))
    for street in streets:
        street.open_communities = by_street.get(street.pk, [])
    return streets


def changes(user):
    """The adjustments that touch a community the user sees, newest first."""
    mine = Community.objects.visible_to(user)
    return (
        CommunityChange.objects.filter(Q(before__in=mine) | Q(after__in=mine))
        .annotate(size=Count("before"))
        .distinct()
        .prefetch_related("before", "after")
    )


def code_taken(code: str) -> bool:
    """Whether any community of the installation, also a closed one, has this code."""
    return Community.objects.filter(code=code).exists()


def aliases(user):
    """The agreed names of the person's area, by street."""
    return PlaceAlias.objects.visible_to(user).select_related("street", "community")


def likely(user, words: str) -> list[Community]:
    """The committees of the person's area that a name may mean, the likeliest first."""
    mine = {
        c.pk: c
        for c in Community.objects.visible_to(user).filter(closed_on__isnull=True).select_related("street")
    }
    return [mine[pk] for pk in names.alike(words, {pk: c.name for pk, c in mine.items()})]
