"""`python -m engine`: compiles all kernels, or those that are named, for an image or before the first start."""

import sys

from engine.compilation import KERNELS, warm_up

for kernel in sys.argv[1:] or KERNELS:
    warm_up(kernel)
