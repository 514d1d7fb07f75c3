"""Speed against other linters. `python -m benchmarks.run`, or `make bench`."""
