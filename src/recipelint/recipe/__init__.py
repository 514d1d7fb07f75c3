"""The canonical recipe: what every dialect is translated into."""
