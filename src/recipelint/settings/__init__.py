"""What a run of the linter is told, by its caller and by the project's settings file."""

from recipelint.settings.model import Choice, Settings

__all__ = ["Choice", "Settings"]
