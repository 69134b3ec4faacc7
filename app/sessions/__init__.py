"""Sessions: experiments in training, and how they share the processor."""
