"""Parts that several pages share. A page imports them; they import nothing of a page."""
