"""Values and arithmetic that every app rests on. Knows nothing of Django."""
