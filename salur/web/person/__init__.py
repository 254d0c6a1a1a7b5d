"""What a person chooses for themselves: merchant, language, theme."""
