"""Store connections and warehouse accounts: credentials, identity claims, rate budgets, the exchange log."""
