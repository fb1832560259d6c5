"""A vendor that exists in tests only: two questions, three verbs, no list, no search."""
