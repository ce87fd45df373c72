"""Forms of a draft of criteria, one section a page. They change its tables, never its text."""
