"""Server-rendered pages for village, town and city: templates and htmx, no build step."""
