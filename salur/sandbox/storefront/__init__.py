"""What all simulated stores share: shops, goods, orders, tokens and their control; no partner's wire format."""
