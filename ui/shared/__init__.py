"""What several pages use: language, layout, jobs in the background, stores, uploads and downloads."""
