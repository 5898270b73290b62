"""The test vectors of the protocol, a module for each subject; `scripts/build_vectors.py` writes them down."""
