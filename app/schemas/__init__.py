"""Schemas: what clients may send, and what they are answered."""
