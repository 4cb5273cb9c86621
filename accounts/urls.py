from django.urls import path

from accounts.views import grants, people, sign_in

app_name = "accounts"
urlpatterns = [
    path("login/", sign_in.LoginView.as_view(), name="login"),
    path("logout/", sign_in.LogoutView.as_view(), name="logout"),
    path("password/", sign_in.PasswordView.as_view(), name="password"),
    path("profile/", sign_in.profile, name="profile"),
    path("users/", people.UserList.as_view(), name="users"),
    path("users/new/", people.Open.as_view(), name="open"),
    path("users/<int:pk>/", people.detail, name="user"),
    path("users/<int:pk>/edit/", people.Edit.as_view(), name="edit"),
    path("users/<int:pk>/disable/", people.Disable.as_view(), name="disable"),
    path("users/<int:pk>/enable/", people.Enable.as_view(), name="enable"),
    path("users/<int:pk>/reset/", people.Reset.as_view(), name="reset"),
    path("users/<int:pk>/unlock/", people.Unlock.as_view(), name="unlock"),
    path("users/<int:pk>/end-sessions/", people.EndSessions.as_view(), name="end_sessions"),
    path("users/<int:pk>/hand-over/", people.HandOver.as_view(), name="hand_over"),
    path("users/<int:pk>/role/", grants.Propose.as_view(), name="propose"),
    path("handovers/<int:pk>/", people.handed, name="handover"),
    path("roles/", grants.roles, name="roles"),
    path("grants/", grants.RoleChangeList.as_view(), name="grants"),
    *grants.CASES,
]
