"""What is compiled: the training step, its matrix products, and how Numba is told to compile them."""
