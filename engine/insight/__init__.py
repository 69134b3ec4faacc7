"""Looking inside: what a network computes, what its layers do, what is wrong with it, and what it can do without.

Everything here takes a model at one moment of its run and changes nothing.
"""
