"""Which findings are shown: selection by rule, suppressions in the file."""
