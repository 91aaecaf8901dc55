"""The page for the browser: Streamlit over the same functions as the command line, without its own logic."""
