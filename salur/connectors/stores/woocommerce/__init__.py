"""WooCommerce, the shop of WordPress sites, by its REST API version 3."""
