"""Screen: one recorded call to a partner, judged again or done again."""
