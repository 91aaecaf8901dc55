"""The page for people in a browser: Streamlit over the same functions as the command line, without logic of its own."""
