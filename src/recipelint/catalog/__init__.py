"""Known models and GPUs."""
