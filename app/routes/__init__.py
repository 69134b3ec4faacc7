"""Routes: what each address answers, one noun per file."""
