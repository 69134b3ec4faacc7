"""Speed against peers and against targets; the figures are in `results/`."""
