from accounts.models.grants import RoleChange
from accounts.models.people import User

__all__ = ["RoleChange", "User"]
