"""A scorecard for people: its phrases, and the renderings as Markdown, Word, Excel and in the terminal."""
