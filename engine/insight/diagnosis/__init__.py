"""Diagnosis: what is wrong with a run, the evidence for it, and changes that help."""
