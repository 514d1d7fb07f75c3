"""Where the numbers in `models.json` are read from, one module per package."""
