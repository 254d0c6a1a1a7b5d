"""A simulated eBay: login by RuName, fulfillment, inventory and post-order cancellation."""
