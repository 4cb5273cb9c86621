"""How fast the product is beside Django admin, import-export, a bare view and the limit. See docs/benchmarks.md."""
