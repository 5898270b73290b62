"""All SQL of the centre: literal, with named parameters; `schema.py` has the tables."""
