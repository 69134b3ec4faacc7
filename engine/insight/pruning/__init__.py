"""Pruning: taking away what a network can do without, by one of several criteria."""
