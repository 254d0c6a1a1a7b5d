"""Orders, lines, canonical statuses, problems, sync runs, file formats."""
