"""What the map declares: its agreed names can go back."""

from core import undo
from places.models import PlaceAlias

undo.register(PlaceAlias)
