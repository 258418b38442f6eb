"""The portal: its foundation (kernel, models, web) and its roof (pages, pipeline, settings)."""
