"""What Kasih does in a second, in bytes and in megabytes, beside what the machine could do at most.

`python -m benchmarks [NAME...]`, or `make bench`. Each module named in `__main__` is one benchmark: it starts real
programs on loopback, measures, and gives figures. How they are made and what they mean: docs/performance.md.
"""
