"""Pictures of a recipe, as self-contained SVG."""
