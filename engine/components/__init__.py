"""What an experiment chooses from: one family a file, one entry for each choice. `registry` says what an entry is."""
