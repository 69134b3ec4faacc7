"""The network: its layers, parameters, and what can be asked of it at one moment."""
