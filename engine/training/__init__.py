"""Training: the trainer, what is measured on the way, and the way back along a run."""
