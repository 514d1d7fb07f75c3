"""What a recipe implies: pure functions with cited formulas."""
