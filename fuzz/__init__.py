"""Coverage-guided fuzzing of the layers that read what strangers write. `make fuzz` runs it."""
