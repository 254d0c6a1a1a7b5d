"""Pages: one folder per screen (views, forms, filters), components, the frame around them, styles and scripts."""
