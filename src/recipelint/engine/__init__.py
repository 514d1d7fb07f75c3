"""Rule files into compiled rules, compiled rules against recipes into findings."""
