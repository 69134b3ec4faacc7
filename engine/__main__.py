"""`python -m engine`: compiles everything, for an image or before the first start."""

from engine import warm_up

for precision in ("float32", "float64"):
    warm_up(precision)
