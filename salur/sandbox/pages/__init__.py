"""Pages on which a person finds what to type in and does what the partners' own people would do."""
