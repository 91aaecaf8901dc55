"""What several pages use: language, layout, background jobs, stores, uploads and downloads."""
