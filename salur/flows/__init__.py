"""What crosses domains, in one transaction each: from a store's order to a shipped parcel and back."""
