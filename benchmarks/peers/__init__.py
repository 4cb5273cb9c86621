"""The contenders: Django admin and a bare view with stock settings, and the limit without Django."""
