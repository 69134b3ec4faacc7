"""Where samples come from: made sets, tables and given points, shared out to train, validate and test."""
